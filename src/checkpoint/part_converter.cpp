#include "checkpoint/part_converter.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "weights/narrow.h"
#include "weights/widen.h"

namespace redraw {
namespace {

constexpr size_t kPieceBytes = size_t{1} << 20;

DType target_type(const TensorEntry& entry, const std::optional<DType>& asked) {
  const bool is_quantised = dtype_block(entry.dtype).elements > 1;
  if (!asked && entry.dtype == DType::f64) return DType::f32;  // the most that a network computes with
  if (!widens_to_f32(entry.dtype)) return entry.dtype;         // a buffer of integers
  return asked.value_or(is_quantised ? DType::f16 : entry.dtype);
}

// Bytes first .. last of the stored tensor, as they are.
void copy_range(const WeightsFile& file, const TensorEntry& entry, uint64_t first, uint64_t last,
                const ByteSink& sink) {
  std::vector<std::byte> piece(std::min<uint64_t>(kPieceBytes, last - first));
  for (uint64_t at = first; at < last; at += piece.size()) {
    piece.resize(std::min<uint64_t>(kPieceBytes, last - at));
    file.read_bytes(entry, at, piece);
    sink(piece);
  }
}

// Elements first .. last, rounded to another type.
void narrow_range(const WeightsFile& file, const TensorEntry& entry, DType dtype, int64_t first, int64_t last,
                  const ByteSink& sink) {
  constexpr int64_t kPiece = 1 << 17;
  std::vector<float> numbers;
  std::vector<std::byte> bytes;
  for (int64_t at = first; at < last; at += kPiece) {
    numbers.resize(static_cast<size_t>(std::min(kPiece, last - at)));
    bytes.resize(static_cast<size_t>(stored_bytes(dtype, static_cast<int64_t>(numbers.size()))));
    file.read_f32(entry, at, numbers);
    if (!narrow_from_f32(dtype, numbers, bytes)) {
      throw Error(Code::out_of_range, entry.name + " holds numbers beyond what " + std::string(dtype_name(dtype)) +
                                          " can hold; choose bf16 or f32");
    }
    sink(bytes);
  }
}

void write_range(const WeightsFile& file, const TensorEntry& entry, DType dtype, int64_t first, int64_t last,
                 const ByteSink& sink) {
  if (dtype == entry.dtype) {
    const auto size = static_cast<uint64_t>(dtype_bytes(dtype));
    copy_range(file, entry, static_cast<uint64_t>(first) * size, static_cast<uint64_t>(last) * size, sink);
  } else {
    narrow_range(file, entry, dtype, first, last, sink);
  }
}

// A stored [a, b] as [b, a].
void write_transposed(const WeightsFile& file, const TensorEntry& entry, DType dtype, const ByteSink& sink) {
  std::vector<std::byte> stored;
  write_range(file, entry, dtype, 0, entry.shape.elements(),
              [&](std::span<const std::byte> bytes) { stored.insert(stored.end(), bytes.begin(), bytes.end()); });
  const auto size = static_cast<size_t>(dtype_bytes(dtype));
  const auto rows = static_cast<size_t>(entry.shape[0]);
  const auto columns = static_cast<size_t>(entry.shape[1]);
  std::vector<std::byte> column(rows * size);
  for (size_t c = 0; c < columns; ++c) {
    for (size_t r = 0; r < rows; ++r) std::memcpy(&column[r * size], &stored[(r * columns + c) * size], size);
    sink(column);
  }
}

}  // namespace

void PartConverter::append_to(std::vector<TensorToWrite>& tensors) const {
  for (size_t i = 0; i < source_.keys.size(); ++i) {
    const KeyRow& row = source_.keys[i];
    const TensorEntry* entry = source_.find(row);
    if (entry == nullptr) continue;  // an optional one: the others have been checked
    const bool to_ldm = layout_ == Layout::ldm;
    const DType dtype = target_type(*entry, dtype_);
    if (to_ldm && row.change == KeyChange::third) {
      if (row.third == 0) tensors.push_back(fused(row, dtype));
      continue;
    }
    tensors.push_back({.name = prefix_ + (to_ldm ? row.ldm_name : row.name),
                       .dtype = dtype,
                       .shape = to_ldm ? row.ldm_shape : row.shape,
                       .write = single(row, *entry, dtype)});
  }
}

// One tensor of the result from one of the source, or a third of it.
std::function<void(const ByteSink&)> PartConverter::single(const KeyRow& row, const TensorEntry& entry,
                                                           DType dtype) const {
  const bool changes_layout = source_.layout != layout_;
  const auto file = source_.file;
  if (changes_layout && row.change == KeyChange::transpose) {
    return [file, &entry, dtype](const ByteSink& sink) { write_transposed(*file, entry, dtype, sink); };
  }
  const int64_t count = row.shape.elements();
  const bool is_third = source_.layout == Layout::ldm && row.change == KeyChange::third;
  const int64_t first = is_third ? row.third * count : 0;
  return [file, &entry, dtype, first, count](const ByteSink& sink) {
    write_range(*file, entry, dtype, first, first + count, sink);
  };
}

// q, k and v after each other: their rows stand side by side in the table, from `row` on, one for each projection.
TensorToWrite PartConverter::fused(const KeyRow& row, DType dtype) const {
  const KeyRow* thirds = &row;
  return {.name = prefix_ + row.ldm_name,
          .dtype = dtype,
          .shape = row.ldm_shape,
          .write = [this, thirds, dtype](const ByteSink& sink) {
            for (int64_t third = 0; third < 3; ++third) {
              const KeyRow& part = thirds[third];
              const TensorEntry& entry = *source_.find(part);
              single(part, entry, dtype)(sink);
            }
          }};
}

}  // namespace redraw
