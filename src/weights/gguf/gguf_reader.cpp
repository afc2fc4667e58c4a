#include "weights/gguf/gguf_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "weights/safetensors/safetensors_header.h"

namespace redraw {
namespace {

constexpr uint64_t kBufferBytes = 1 << 16;

}  // namespace

GgufReader::GgufReader(ReadAt read_at, uint64_t size, std::string_view where)
    : read_at_(std::move(read_at)), size_(size), where_(where) {}

Error GgufReader::error(Code code, const std::string& what) const {
  return Error(code, std::string(where_) + ": " + what);
}

void GgufReader::check_within(uint64_t bytes) const {
  if (bytes > remaining()) {
    throw error(Code::gguf_too_short, "ends within its header; it is cut short, fetch it again");
  }
  if (bytes > kMaxHeaderBytes || position_ > kMaxHeaderBytes - bytes) {
    throw error(Code::gguf_too_large, "has a header of more than " + std::to_string(kMaxHeaderBytes) + " bytes");
  }
}

void GgufReader::take(std::span<std::byte> out) {
  check_within(out.size());
  while (!out.empty()) {
    if (position_ < buffer_begin_ || position_ >= buffer_begin_ + buffer_.size()) {
      buffer_.resize(std::min(kBufferBytes, remaining()));
      buffer_begin_ = position_;
      read_at_(position_, buffer_);
    }
    const uint64_t first = position_ - buffer_begin_;
    const size_t count = std::min<size_t>(out.size(), buffer_.size() - first);
    std::memcpy(out.data(), buffer_.data() + first, count);
    out = out.subspan(count);
    position_ += count;
  }
}

std::string GgufReader::string(uint64_t max_bytes, Code too_long, std::string_view what) {
  const auto length = number<uint64_t>();
  if (length > max_bytes) {
    throw error(too_long, std::string(what) + " is " + std::to_string(length) + " bytes long, more than " +
                              std::to_string(max_bytes));
  }
  return text(length);
}

std::string GgufReader::text(uint64_t length) {
  check_within(length);
  std::string text(length, '\0');
  take(std::as_writable_bytes(std::span(text)));
  return text;
}

void GgufReader::skip(uint64_t bytes) {
  check_within(bytes);
  position_ += bytes;
}

}  // namespace redraw
