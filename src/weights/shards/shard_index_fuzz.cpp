// libFuzzer target: any text as the index of sharded weights.
// fuzz_index -max_len=4096 <a corpus folder> tests/fuzz/index
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string_view>

#include "base/error.h"
#include "weights/shards/shard_index.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  redraw::ShardIndex index;
  try {
    index = redraw::parse_shard_index({reinterpret_cast<const char*>(input), size}, "fuzz");
  } catch (const redraw::Error&) {
    return 0;  // refused, as most are; any other exception or a crash is a finding
  }
  // Every file that was accepted lies in the folder itself, by the rules of the file system.
  const std::filesystem::path folder = "/folder";
  for (const std::string& file : index.files) {
    const std::filesystem::path path = folder / file;
    if (path.lexically_normal() != path || path.parent_path() != folder || path == folder) std::abort();
  }
  for (const redraw::ShardIndex::Tensor& tensor : index.tensors) {
    if (tensor.file >= index.files.size()) std::abort();
  }
  return 0;
}
