// libFuzzer target: any bytes as a safetensors file, then every tensor that can be widened is read.
// fuzz_safetensors -max_len=4096 <a corpus folder> tests/fuzz/safetensors
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "base/error.h"
#include "weights/safetensors/safetensors_header.h"
#include "weights/widen.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  const std::span<const std::byte> file(reinterpret_cast<const std::byte*>(input), size);
  redraw::SafetensorsHeader header;
  try {
    header = redraw::parse_safetensors_header(file, size, "fuzz");
  } catch (const redraw::Error&) {
    return 0;  // refused, as most are; any other exception or a crash is a finding
  }
  // What was accepted covers the data section exactly.
  const auto data = file.subspan(header.data_begin);
  size_t covered = 0;
  for (const redraw::TensorEntry& entry : header.tensors) {
    if (entry.begin > entry.end || entry.end > data.size()) std::abort();
    const auto bytes = data.subspan(entry.begin, entry.end - entry.begin);
    covered += bytes.size();
    if (!redraw::widens_to_f32(entry.dtype)) continue;
    std::vector<float> values(static_cast<size_t>(entry.shape.elements()));
    (void)redraw::widen_to_f32(entry.dtype, bytes, values);
  }
  if (covered != data.size()) std::abort();
  return 0;
}
