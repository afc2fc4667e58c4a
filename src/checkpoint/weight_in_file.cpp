#include "checkpoint/weight_in_file.h"

#include <utility>

namespace redraw {

Weight weight_in_file(const std::shared_ptr<const WeightsFile>& file, const TensorEntry& entry, std::string name,
                      Shape shape, int64_t first) {
  Weight weight{
      .name = std::move(name), .shape = shape, .read = [file, &entry, first](int64_t at, std::span<float> out) {
        file->read_f32(entry, first + at, out);
      }};
  if (entry.dtype == DType::f16 || entry.dtype == DType::bf16) {
    weight.stored =
        StoredNumbers{.dtype = entry.dtype, .read = [file, &entry, first](int64_t at, std::span<std::byte> out) {
                        const auto number = static_cast<uint64_t>(first + at);
                        file->read_bytes(entry, number * sizeof(uint16_t), out);
                      }};
  }
  return weight;
}

}  // namespace redraw
