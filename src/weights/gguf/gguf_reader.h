// The bytes of a GGUF file's header, one after another; internal to weights.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace redraw {

/// Fills `out` with the file's bytes from `offset` on; only asked for what lies within the file.
using ReadAt = std::function<void(uint64_t offset, std::span<std::byte> out)>;

/// A position in the file that only moves forward, over a buffer of 64 KiB. Nothing is taken at its word: whatever
/// ends behind the file is gguf_too_short, and a header of more than kMaxHeaderBytes gguf_too_large, before anything
/// is allocated for it.
class GgufReader {
 public:
  /// size: bytes of the file. where: the file in messages; must outlive the reader.
  GgufReader(ReadAt read_at, uint64_t size, std::string_view where);

  uint64_t position() const { return position_; }
  uint64_t remaining() const { return size_ - position_; }

  /// A little-endian number.
  template <typename T>
  T number() {
    static_assert(std::endian::native == std::endian::little);
    T value{};
    take(std::as_writable_bytes(std::span(&value, 1)));
    return value;
  }
  /// 64 bits of length and so many bytes. Longer than max_bytes: Error(too_long), naming `what`.
  std::string string(uint64_t max_bytes, Code too_long, std::string_view what);
  /// So many bytes, all of which the file must have before any room is made for them.
  std::string text(uint64_t length);
  /// Passes over bytes without reading them.
  void skip(uint64_t bytes);

  Error error(Code code, const std::string& what) const;

 private:
  void take(std::span<std::byte> out);
  void check_within(uint64_t bytes) const;

  ReadAt read_at_;
  uint64_t size_;
  std::string_view where_;
  uint64_t position_ = 0;
  std::vector<std::byte> buffer_;
  uint64_t buffer_begin_ = 0;
};

}  // namespace redraw
