#include "image/decode/box_reducer.h"

#include <algorithm>

namespace redraw {

BoxReducer::BoxReducer(int64_t width, int64_t height, int factor)
    : width_(width),
      height_(height),
      factor_(factor),
      image_({(width + factor - 1) / factor, (height + factor - 1) / factor, {}}) {
  image_.pixels.reserve(static_cast<size_t>(image_.width * image_.height * 3));
  if (factor_ > 1) sums_.assign(static_cast<size_t>(image_.width * 3), 0);
}

void BoxReducer::add_row(std::span<const uint8_t> rgb) {
  ++rows_;
  if (factor_ == 1) {
    image_.pixels.insert(image_.pixels.end(), rgb.begin(), rgb.end());
    return;
  }
  const uint8_t* from = rgb.data();
  uint32_t* to = sums_.data();
  for (int64_t left = 0; left < width_; left += factor_, to += 3) {
    const int64_t count = std::min(factor_, width_ - left);
    for (int64_t i = 0; i < count; ++i, from += 3) {
      for (int channel = 0; channel < 3; ++channel) to[channel] += from[channel];
    }
  }
  if (++sum_rows_ == factor_ || rows_ == height_) end_row();
}

void BoxReducer::end_row() {
  for (int64_t x = 0; x < image_.width; ++x) {
    const auto count = static_cast<uint32_t>(std::min(factor_, width_ - x * factor_) * sum_rows_);
    for (int64_t i = x * 3; i < x * 3 + 3; ++i) {
      image_.pixels.push_back(static_cast<uint8_t>((sums_[static_cast<size_t>(i)] + count / 2) / count));
    }
  }
  std::ranges::fill(sums_, 0u);
  sum_rows_ = 0;
}

}  // namespace redraw
