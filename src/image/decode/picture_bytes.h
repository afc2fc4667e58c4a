// The bytes of a picture file, wherever they lie.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

namespace redraw {

class InputFile;

/// A picture file in memory, or on disk and read piece by piece, so that its size is no matter of memory. Keeps no
/// copy of the memory and does not own the file: both must outlive it. Not for several threads at once.
class PictureBytes {
 public:
  static constexpr int64_t kViewBytes = int64_t{64} << 10;

  /// between_pieces: see decode_image.
  explicit PictureBytes(std::span<const std::byte> memory, std::function<void()> between_pieces = {});
  explicit PictureBytes(const InputFile& file, std::function<void()> between_pieces = {});

  int64_t size() const { return size_; }

  /// Asks whether to go on. So does all that reads here, before every kViewBytes and more often; what is thrown then
  /// comes from there.
  void between_pieces() const {
    if (between_pieces_) between_pieces_();
  }

  /// The bytes from `offset` on: `count` of them, fewer where the file ends, none outside it. count <= kViewBytes.
  /// Valid until the next call. Throws Error: file_changed, file_unreadable, as all that reads here.
  std::span<const std::byte> view(int64_t offset, int64_t count);

  /// A copy of `count` bytes, fewer where the file ends.
  std::vector<std::byte> copy(int64_t offset, int64_t count);

  /// Fills `to` from `offset` on, all of which must be inside the file.
  void read(int64_t offset, std::span<std::byte> to);

 private:
  std::span<const std::byte> memory_;
  const InputFile* file_ = nullptr;
  std::function<void()> between_pieces_;
  int64_t size_ = 0;
  std::vector<std::byte> window_;  // of the file, from window_offset_ on
  int64_t window_offset_ = 0;
};

/// Numbers in a file's bytes; the caller has checked the length.
uint32_t read_u16_be(std::span<const std::byte> bytes, size_t offset);
uint32_t read_u32_be(std::span<const std::byte> bytes, size_t offset);
uint32_t read_u16_le(std::span<const std::byte> bytes, size_t offset);
uint32_t read_u24_le(std::span<const std::byte> bytes, size_t offset);
uint32_t read_u32_le(std::span<const std::byte> bytes, size_t offset);

/// Whether `text` stands at `offset`; false where the bytes end before that.
bool has_text(std::span<const std::byte> bytes, size_t offset, std::string_view text);

}  // namespace redraw
