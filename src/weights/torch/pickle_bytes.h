// The bytes of a checkpoint's pickle, one argument of an opcode after another; internal to weights.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "base/error.h"

namespace redraw {

/// Makes the Error for a place in the pickle.
using PickleComplaint = std::function<Error(Code, std::string_view)>;

/// The bytes of the pickle with the bounds of protocol 4's frames.
class PickleBytes {
 public:
  PickleBytes(std::span<const std::byte> bytes, const PickleComplaint& complaint)
      : bytes_(bytes), frame_end_(0), complaint_(complaint) {}

  size_t at() const { return at_; }
  bool at_end() const { return at_ == bytes_.size(); }

  std::string_view take(uint64_t count) {
    const bool in_frame = at_ < frame_end_;
    const size_t left = (in_frame ? frame_end_ : bytes_.size()) - at_;
    if (count > left) {
      throw complaint_(Code::pickle_malformed, in_frame ? "reaches out of its frame" : "is cut short");
    }
    const std::string_view taken(reinterpret_cast<const char*>(bytes_.data()) + at_, static_cast<size_t>(count));
    at_ += taken.size();
    return taken;
  }
  uint64_t number(size_t count) {
    uint64_t value = 0;
    int shift = 0;
    for (char c : take(count)) {
      value |= static_cast<uint64_t>(static_cast<unsigned char>(c)) << shift;
      shift += 8;
    }
    return value;
  }
  /// Up to the line feed, which is read and left out.
  std::string_view line() {
    constexpr size_t kLongest = 256;  // a Python name
    const std::string_view rest(reinterpret_cast<const char*>(bytes_.data()) + at_, bytes_.size() - at_);
    const size_t end = rest.substr(0, kLongest + 1).find('\n');
    if (end == std::string_view::npos) throw complaint_(Code::pickle_malformed, "has a name without an end");
    return take(end + 1).substr(0, end);
  }
  void begin_frame(uint64_t size) {
    if (at_ < frame_end_) throw complaint_(Code::pickle_malformed, "has a frame within a frame");
    if (size > bytes_.size() - at_) throw complaint_(Code::pickle_malformed, "has a frame beyond its end");
    frame_end_ = at_ + static_cast<size_t>(size);
  }

 private:
  std::span<const std::byte> bytes_;
  size_t at_ = 0;
  size_t frame_end_;
  const PickleComplaint& complaint_;
};

}  // namespace redraw
