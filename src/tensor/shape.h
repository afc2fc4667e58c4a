// The extents of a tensor.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>

namespace redraw {

/// Up to five non-negative extents, outermost first. A shape of rank 0 has one element.
class Shape {
 public:
  static constexpr size_t kMaxRank = 5;

  Shape() = default;
  Shape(std::initializer_list<int64_t> extents) : Shape(std::span<const int64_t>(extents.begin(), extents.size())) {}
  /// Throws Error(bad_size) for more than kMaxRank extents, a negative one, or a product that overflows.
  explicit Shape(std::span<const int64_t> extents);

  size_t rank() const { return rank_; }
  int64_t operator[](size_t axis) const { return extents_[axis]; }
  /// The last extent: channels, in a channels-last tensor.
  int64_t back() const { return extents_[rank_ - 1]; }
  int64_t elements() const { return elements_; }
  std::span<const int64_t> extents() const { return {extents_.data(), rank_}; }

  bool operator==(const Shape& other) const = default;
  /// "[2, 4, 64, 64]"
  std::string to_string() const;

 private:
  std::array<int64_t, kMaxRank> extents_{};
  size_t rank_ = 0;
  int64_t elements_ = 1;
};

}  // namespace redraw
