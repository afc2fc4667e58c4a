// libFuzzer target: any bytes as a GGUF file, then every tensor is read.
// fuzz_gguf -max_len=4096 <a corpus folder> tests/fuzz/gguf
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <vector>

#include "base/error.h"
#include "weights/gguf/gguf_header.h"
#include "weights/widen.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  const auto read_at = [&](uint64_t offset, std::span<std::byte> out) {
    if (offset > size || out.size() > size - offset) std::abort();  // nothing behind the end may be asked for
    if (!out.empty()) std::memcpy(out.data(), input + offset, out.size());
  };
  redraw::GgufHeader header;
  try {
    header = redraw::parse_gguf_header(read_at, size, "fuzz");
  } catch (const redraw::Error&) {
    return 0;  // refused, as most are; any other exception or a crash is a finding
  }
  // What was accepted lies in the file, and no byte belongs to two tensors.
  size_t covered = 0;
  for (const redraw::TensorEntry& entry : header.tensors) {
    if (entry.begin > entry.end) std::abort();
    std::vector<std::byte> bytes(entry.end - entry.begin);
    if (!bytes.empty()) read_at(header.data_begin + entry.begin, bytes);
    covered += bytes.size();
    if (!redraw::widens_to_f32(entry.dtype)) continue;
    std::vector<float> values(static_cast<size_t>(entry.shape.elements()));
    (void)redraw::widen_to_f32(entry.dtype, bytes, values);
  }
  if (covered > size) std::abort();
  return 0;
}
