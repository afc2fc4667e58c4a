// libFuzzer: a tokenizer folder and a prompt made of whatever bytes come. The first byte says how to read the rest.
// Even: a hostile prompt for a small sound vocabulary. Odd: all files and the prompt, with 0xFF between them; with bit
// 1 set the first file is tokenizer.json instead of vocab.json.
// tests/fuzz/tokenizer holds the seeds.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>

#include "base/error.h"
#include "text/byte_pair_encoding.h"
#include "text/clip_tokenizer.h"

namespace redraw {
namespace {

ClipTokenizer small_tokenizer() {
  std::string vocab = "{";
  int id = 0;
  const auto add = [&](const std::string& text) {
    vocab += id == 0 ? "\"" : ",\"";
    for (char c : text) (vocab += c == '"' || c == '\\' ? "\\" : "") += c;
    vocab += "\":" + std::to_string(id++);
  };
  for (const char* end : {"", "</w>"})
    for (int byte = 0; byte < 256; ++byte) add(byte_symbol(static_cast<uint8_t>(byte)) + end);
  for (const char* text : {"aa", "aaa", "ab", "ab</w>", "aaab</w>", "<|startoftext|>", "<|endoftext|>"}) add(text);
  return ClipTokenizer::from_text({.vocab_json = vocab + "}",
                                   .merges_txt = "#version: 0.2\na a\naa a\na b\na b</w>\naa ab</w>\n",
                                   .tokenizer_config_json = R"({"pad_token": "!", "eos_token": {"content":
                                     "<|endoftext|>", "normalized": true}, "unk_token": {"content": "<|endoftext|>",
                                     "normalized": true}})"});
}

/// What must hold for every prompt; the fuzzer takes the trap for a finding.
void check(const ClipTokenizer& tokenizer, std::string_view prompt) {
  const ClipTokenizer::Tokens tokens = tokenizer.tokenize(prompt);
  const auto in_range = [&](int32_t id) { return id >= 0 && id < tokenizer.vocabulary_size(); };
  const bool holds = static_cast<int64_t>(tokens.ids.size()) == tokenizer.max_length() &&
                     tokens.ids.front() == tokenizer.start_id() && tokens.used <= tokenizer.max_length() - 2 &&
                     tokens.ids[static_cast<size_t>(tokens.used) + 1] == tokenizer.end_id() && tokens.dropped >= 0 &&
                     std::all_of(tokens.ids.begin(), tokens.ids.end(), in_range);
  if (!holds) __builtin_trap();
}

void run(std::string_view input) {
  if (input.empty()) return;
  const bool is_folder = (input.front() & 1) != 0;
  const bool is_whole = (input.front() & 2) != 0;
  input.remove_prefix(1);
  if (!is_folder) {
    static const ClipTokenizer tokenizer = small_tokenizer();
    check(tokenizer, input);
    return;
  }
  std::array<std::string_view, 6> parts;
  for (std::string_view& part : parts) {
    const size_t end = std::min(input.find('\xff'), input.size());
    part = input.substr(0, end);
    input.remove_prefix(std::min(end + 1, input.size()));
  }
  TokenizerFiles files{parts[0], parts[1], parts[2], parts[3], parts[4]};
  if (is_whole) files.tokenizer_json = std::exchange(files.vocab_json, {});
  check(ClipTokenizer::from_text(files), parts[5]);
}

}  // namespace
}  // namespace redraw

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    redraw::run({reinterpret_cast<const char*>(data), size});
  } catch (const redraw::Error& error) {
    if (error.code() == redraw::Code::internal) __builtin_trap();  // ours, not the input's
  }
  return 0;
}
