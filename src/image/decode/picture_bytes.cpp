#include "image/decode/picture_bytes.h"

#include <algorithm>
#include <utility>

#include "base/input_file.h"

namespace redraw {
namespace {

uint32_t at(std::span<const std::byte> bytes, size_t offset) {
  return std::to_integer<uint32_t>(bytes[offset]);
}

}  // namespace

PictureBytes::PictureBytes(std::span<const std::byte> memory, std::function<void()> between_pieces)
    : memory_(memory), between_pieces_(std::move(between_pieces)), size_(static_cast<int64_t>(memory.size())) {}

PictureBytes::PictureBytes(const InputFile& file, std::function<void()> between_pieces)
    : file_(&file), between_pieces_(std::move(between_pieces)), size_(static_cast<int64_t>(file.size())) {}

std::span<const std::byte> PictureBytes::view(int64_t offset, int64_t count) {
  between_pieces();
  if (offset < 0 || offset >= size_ || count <= 0) return {};
  const int64_t here = std::min({count, kViewBytes, size_ - offset});
  if (!file_) return memory_.subspan(static_cast<size_t>(offset), static_cast<size_t>(here));
  const bool is_inside =
      offset >= window_offset_ && offset + here <= window_offset_ + static_cast<int64_t>(window_.size());
  if (!is_inside) {
    window_.resize(static_cast<size_t>(std::min(kViewBytes, size_ - offset)));
    window_offset_ = offset;
    file_->read(static_cast<uint64_t>(offset), window_);
  }
  return std::span(window_).subspan(static_cast<size_t>(offset - window_offset_), static_cast<size_t>(here));
}

std::vector<std::byte> PictureBytes::copy(int64_t offset, int64_t count) {
  if (offset < 0 || offset >= size_ || count <= 0) return {};
  std::vector<std::byte> bytes(static_cast<size_t>(std::min(count, size_ - offset)));
  read(offset, bytes);
  return bytes;
}

void PictureBytes::read(int64_t offset, std::span<std::byte> to) {
  while (!to.empty()) {
    between_pieces();
    const std::span<std::byte> piece = to.first(std::min(to.size(), static_cast<size_t>(kViewBytes)));
    if (file_) {
      file_->read(static_cast<uint64_t>(offset), piece);
    } else {
      std::ranges::copy(memory_.subspan(static_cast<size_t>(offset), piece.size()), piece.begin());
    }
    offset += std::ssize(piece);
    to = to.subspan(piece.size());
  }
}

uint32_t read_u16_be(std::span<const std::byte> bytes, size_t offset) {
  return at(bytes, offset) << 8 | at(bytes, offset + 1);
}

uint32_t read_u32_be(std::span<const std::byte> bytes, size_t offset) {
  return read_u16_be(bytes, offset) << 16 | read_u16_be(bytes, offset + 2);
}

uint32_t read_u16_le(std::span<const std::byte> bytes, size_t offset) {
  return at(bytes, offset) | at(bytes, offset + 1) << 8;
}

uint32_t read_u24_le(std::span<const std::byte> bytes, size_t offset) {
  return read_u16_le(bytes, offset) | at(bytes, offset + 2) << 16;
}

uint32_t read_u32_le(std::span<const std::byte> bytes, size_t offset) {
  return read_u24_le(bytes, offset) | at(bytes, offset + 3) << 24;
}

bool has_text(std::span<const std::byte> bytes, size_t offset, std::string_view text) {
  if (offset > bytes.size() || bytes.size() - offset < text.size()) return false;
  const auto part = bytes.subspan(offset, text.size());
  return std::equal(text.begin(), text.end(), part.begin(),
                    [](char a, std::byte b) { return static_cast<std::byte>(a) == b; });
}

}  // namespace redraw
