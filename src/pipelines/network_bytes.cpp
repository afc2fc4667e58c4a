#include "pipelines/network_bytes.h"

#include <algorithm>

#include "ops/backend.h"

namespace redraw {
namespace {

bool is_within(const KeyRow& row, NetworkHalf half) {
  if (half == NetworkHalf::whole) return true;
  const bool is_of_encoder = row.name.starts_with("encoder.") || row.name.starts_with("quant_conv.");
  return is_of_encoder == (half == NetworkHalf::encoder);
}

}  // namespace

uint64_t weight_bytes(const PartSource& part, NetworkHalf half) {
  uint64_t bytes = 0;
  uint64_t largest = 0;
  for (const KeyRow& row : part.keys) {
    // The token table is never packed: its rows are read one by one.
    const bool is_table = row.name.find("token_embedding") != std::string::npos;
    if (row.is_optional || is_table || !is_within(row, half)) continue;
    const TensorEntry* entry = part.find(row);
    const bool is_packed = entry != nullptr && row.shape.rank() > 1;  // others are small, and are widened
    const auto size = static_cast<uint64_t>(is_packed ? packed_bytes_on_cpu(row.shape, entry->dtype)
                                                      : row.shape.elements() * int64_t{sizeof(float)});
    bytes += size;
    largest = std::max(largest, size);
  }
  // While a layer is packed, its plain numbers are in memory beside the packed ones. The pool keeps such blocks.
  return bytes + bytes / 20 + 2 * largest;
}

}  // namespace redraw
