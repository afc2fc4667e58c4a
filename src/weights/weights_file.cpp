#include "weights/weights_file.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/named_rows.h"
#include "weights/widen.h"

namespace redraw {

const TensorEntry* WeightsFile::find(std::string_view name) const {
  const std::span<const TensorEntry> all = tensors();
  const auto it = std::lower_bound(all.begin(), all.end(), name, [](const TensorEntry& entry, std::string_view wanted) {
    return entry.name < wanted;
  });
  return it != all.end() && it->name == name ? &*it : nullptr;
}

const TensorEntry& WeightsFile::require(std::string_view name) const {
  if (const TensorEntry* entry = find(name)) return *entry;
  const std::string nearest = nearest_name(name, names_of_rows(tensors()));
  throw Error(Code::tensor_missing, path().string() + ": has no tensor '" + std::string(name) + "'" +
                                        (nearest.empty() ? "" : "; the nearest name is '" + nearest + "'"));
}

std::vector<std::byte> WeightsFile::bytes(const TensorEntry& entry) const {
  std::vector<std::byte> all(entry.end - entry.begin);
  read_bytes(entry, 0, all);
  return all;
}

void WeightsFile::read_f32(const TensorEntry& entry, int64_t first, std::span<float> out) const {
  if (!widens_to_f32(entry.dtype)) {
    throw Error(Code::tensor_wrong_dtype, path().string() + ": '" + entry.name + "' has elements of type " +
                                              std::string(dtype_name(entry.dtype)) + "; weights must be numbers of " +
                                              std::string(kWidenedTypes));
  }
  const auto count = static_cast<int64_t>(out.size());
  if (first < 0 || first > entry.shape.elements() || count > entry.shape.elements() - first) {
    throw Error(Code::bad_size, path().string() + ": '" + entry.name + "' has fewer numbers than were asked for");
  }
  if (entry.dtype == DType::f32) {
    read_bytes(entry, static_cast<uint64_t>(first) * sizeof(float), std::as_writable_bytes(out));
    return;
  }
  // By pieces that stay in the cache. Quantised elements come in blocks, which a piece holds whole.
  std::array<std::byte, 1 << 16> piece;
  const DTypeBlock block = dtype_block(entry.dtype);
  const int64_t blocks_a_piece = static_cast<int64_t>(piece.size()) / block.bytes;
  std::vector<float> whole_blocks;
  while (!out.empty()) {
    const int64_t skipped = first % block.elements;
    const int64_t wanted =
        std::min<int64_t>(static_cast<int64_t>(out.size()), blocks_a_piece * block.elements - skipped);
    const int64_t blocks = (skipped + wanted + block.elements - 1) / block.elements;
    bool is_within = true;
    const std::span<std::byte> stored(piece.data(), static_cast<size_t>(blocks * block.bytes));
    read_bytes(entry, static_cast<uint64_t>(first / block.elements * block.bytes), stored);
    if (skipped == 0 && wanted % block.elements == 0) {
      is_within = widen_to_f32(entry.dtype, stored, out.first(static_cast<size_t>(wanted)));
    } else {
      whole_blocks.resize(static_cast<size_t>(blocks * block.elements));
      is_within = widen_to_f32(entry.dtype, stored, whole_blocks);
      std::copy_n(whole_blocks.begin() + skipped, wanted, out.begin());
    }
    if (!is_within) {
      throw Error(Code::model_not_finite, path().string() + ": '" + entry.name +
                                              "' holds 64-bit numbers beyond 3.4e38, the largest of float32, in which "
                                              "redraw computes; the model is damaged, fetch it again");
    }
    out = out.subspan(static_cast<size_t>(wanted));
    first += wanted;
  }
}

Tensor WeightsFile::read_f32(std::string_view name) const {
  const TensorEntry& entry = require(name);
  MemoryPool own;  // the storage outlives it
  Tensor result(own, entry.shape);
  read_f32(entry, 0, result.values());
  return result;
}

void WeightsFile::check_range(const TensorEntry& entry, uint64_t first, size_t size) const {
  const uint64_t stored = entry.end - entry.begin;
  if (first > stored || size > stored - first) {
    throw Error(Code::internal, path().string() + ": a range outside of '" + entry.name + "' was asked for");
  }
}

}  // namespace redraw
