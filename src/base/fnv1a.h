// A short name for bytes: FNV-1a of 64 bits. Not against anybody who wants a collision.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace redraw {

class Fnv1a {
 public:
  void add(uint8_t byte) { value_ = (value_ ^ byte) * 0x100000001B3u; }
  uint64_t value() const { return value_; }

 private:
  uint64_t value_ = 0xCBF29CE484222325u;
};

inline uint64_t fnv1a(std::span<const std::byte> bytes) {
  Fnv1a hash;
  for (const std::byte byte : bytes) hash.add(static_cast<uint8_t>(byte));
  return hash.value();
}

inline uint64_t fnv1a(std::string_view text) {
  return fnv1a(std::as_bytes(std::span(text)));
}

}  // namespace redraw
