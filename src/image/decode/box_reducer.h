// Making a picture smaller by a whole factor, row by row.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "image/image.h"

namespace redraw {

/// Each pixel of the result is the mean, rounded to the nearest, of factor x factor pixels, or of those that are there
/// at the right and lower edges. So both sides are divided and rounded up. Holds one row of sums beside the result,
/// whose memory is taken as rows come.
class BoxReducer {
 public:
  /// Sides and factor are at least 1; the factor is at most 255. With a factor of 1 rows are kept as they are.
  BoxReducer(int64_t width, int64_t height, int factor);

  /// rgb: width * 3 bytes. Rows beyond the height must not be added.
  void add_row(std::span<const uint8_t> rgb);

  /// The result, when all rows were added.
  Image take() { return std::move(image_); }

 private:
  void end_row();

  int64_t width_;
  int64_t height_;
  int64_t factor_;
  int64_t rows_ = 0;      // added
  int64_t sum_rows_ = 0;  // of them in sums_
  std::vector<uint32_t> sums_;
  Image image_;
};

}  // namespace redraw
