#include "checkpoint/planned_file.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace redraw {

PlannedFile::PlannedFile(std::filesystem::path path, std::vector<TensorToWrite> tensors, Metadata metadata)
    : path_(std::move(path)), tensors_(std::move(tensors)), metadata_(std::move(metadata)) {
  std::ranges::sort(tensors_, {}, &TensorToWrite::name);
  for (const TensorToWrite& tensor : tensors_) {
    entries_.push_back({tensor.name, tensor.dtype, tensor.shape, 0,
                        static_cast<uint64_t>(stored_bytes(tensor.dtype, tensor.shape.elements()))});
  }
}

void PlannedFile::read_bytes(const TensorEntry& entry, uint64_t first, std::span<std::byte> out) const {
  check_range(entry, first, out.size());
  const uint64_t last = first + out.size();
  uint64_t at = 0;
  tensors_[static_cast<size_t>(&entry - entries_.data())].write([&](std::span<const std::byte> piece) {
    const uint64_t from = std::max(at, first);
    const uint64_t to = std::min(at + piece.size(), last);
    if (from < to) std::memcpy(out.data() + (from - first), piece.data() + (from - at), to - from);
    at += piece.size();
  });
}

}  // namespace redraw
