// Splits a convolution over a large map into bands of output rows.
#pragma once

#include <algorithm>
#include <cstdint>

#include "ops/backend.h"

namespace redraw::cpu {

/// Some rows of a convolution's output, and the input rows that they need.
struct RowBand {
  int64_t first, rows;                ///< of the output
  int64_t source_first, source_rows;  ///< of the input
  int64_t pad_top, pad_bottom;        ///< rows of zeros to add above and below those
};

/// All rows of the output.
inline RowBand whole_map(const Conv2dSpec& spec, int64_t height) {
  return {.first = 0,
          .rows = spec.output_extent(height),
          .source_first = 0,
          .source_rows = height,
          .pad_top = spec.pad_before,
          .pad_bottom = spec.pad_after};
}

/// How many output rows a band should have, for an input of this shape [N, H, W, C]. A band's source and destination
/// take about 2 MiB a thread. So the conversions to blocks and back find them in the cache. The blocks of a large map
/// never exist as a whole (half a gigabyte at the end of the autoencoder). A band is no smaller than the weights,
/// because every band reads those again. Measured on Zen 4 against one band, GFLOP/s of a thread: 108 and 100 for 128
/// channels of 512x512, 108 and 100 of 256x256, no difference up to 64x64.
inline int64_t rows_in_a_band(const Conv2dSpec& spec, const Shape& input, int threads) {
  constexpr int64_t kFloatsPerThread = 1 << 19;
  const int64_t weights = spec.in_channels * spec.out_channels * spec.kernel * spec.kernel;
  const int64_t row =
      input[0] * (spec.stride * input[2] * spec.in_channels + spec.output_extent(input[2]) * spec.out_channels);
  const int64_t most = std::max(threads * kFloatsPerThread, weights) / std::max<int64_t>(row, 1);
  const int64_t height = spec.output_extent(input[1]);
  const int64_t bands = most < 1 ? height : (height + most - 1) / most;
  return (height + bands - 1) / bands;  // so that the last band is not much smaller than the others
}

/// The band of `rows` output rows from `first` on, or of the rows that are left, over an input of this height. Paddings
/// must be smaller than the kernel, so that every output row needs at least one row of the input.
inline RowBand row_band(const Conv2dSpec& spec, int64_t height, int64_t first, int64_t rows) {
  rows = std::min(rows, spec.output_extent(height) - first);
  const int64_t top = first * spec.stride - spec.pad_before;
  const int64_t bottom = top + (rows - 1) * spec.stride + spec.kernel;
  const int64_t begin = std::max<int64_t>(top, 0), end = std::min(bottom, height);
  return {.first = first,
          .rows = rows,
          .source_first = begin,
          .source_rows = end - begin,
          .pad_top = begin - top,
          .pad_bottom = bottom - end};
}

}  // namespace redraw::cpu
