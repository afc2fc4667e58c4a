// Convolutions. Without AVX-512 oneDNN adds all products of an output in one chain of float32. A chain of n random
// terms is off by about 2.6e-8 sqrt(n / 2) of its result: 1.8e-6 for 1280 * 9. Here each slice of 16 input channels is
// summed separately, and then the slices: 2.6e-8 sqrt((144 + 80) / 2).
//
// The source is laid out slice by slice, [slice][picture][row][column][kSlice], with the padding in it. The weights are
// laid out by panels (WeightPanels in kernels.h). A tile of the output stays in the first-level cache while all slices
// pass. A slice's contribution to a few of its pixels is summed in registers.
#include "ops/cpu/isa.h"
#include "ops/cpu/panels.h"

namespace redraw::cpu::REDRAW_ISA {
namespace {

constexpr int64_t kSlice = kConvSlice;
// A tile of the output. A slice's weights (9 KiB with AVX2) enter the first-level cache once for each tile, and
// neighbouring rows read the same source. 128 and 512 pixels take as long, within 2 %.
constexpr int64_t kTilePixels = 256;
constexpr int64_t kTileColumns = 64;

// tile [pixels, panel] += the products of one slice. `step` floats lie between the pixels' sources; w is
// [kernel, kernel, kSlice, panel].
template <int kCount, int kWidth>
void add_slice(const float* x, int64_t step, int64_t row_stride, int64_t kernel, const float* w, float* tile) {
  PanelSums<kCount, kWidth> sum;
  clear(sum);
  for (int64_t ky = 0; ky < kernel; ++ky) {
    for (int64_t kx = 0; kx < kernel; ++kx, w += kSlice * kWidth * kLanes) {
      add_products(x + ky * row_stride + kx * kSlice, step, kSlice, w, sum);
    }
  }
  add_to(tile, sum);
}

// add_slice by the number of pixels.
template <int kWidth>
constexpr decltype(&add_slice<1, kWidth>) kAddSlice[] = {nullptr,
                                                         add_slice<1, kWidth>,
                                                         add_slice<2, kWidth>,
                                                         add_slice<3, kWidth>,
                                                         add_slice<4, kWidth>,
                                                         add_slice<5, kWidth>,
                                                         add_slice<6, kWidth>};
static_assert(kPanelRows + 1 == sizeof(kAddSlice<1>) / sizeof(kAddSlice<1>[0]));

struct Range {
  int64_t first, count;
};

// The `part`-th of `parts` nearly equal parts of `count`.
Range part_of(int64_t part, int64_t parts, int64_t count) {
  const int64_t first = part_begin(part, parts, count);
  return {first, part_begin(part + 1, parts, count) - first};
}

// Part of the output: some pixels of one picture, or of several if maps are small.
struct Tile {
  Range pictures, rows, columns;
  int64_t pixels() const { return pictures.count * rows.count * columns.count; }
};

// The sums of one tile and one panel of output channels. The panel's first weight is number `first`.
template <int kWidth>
void add_slices(const ConvCall& call, const float* source, const Tile& tile, const WeightPanels& weights, int64_t first,
                float* sums) {
  const int64_t row_stride = call.source_width * kSlice;
  const int64_t picture_stride = call.source_rows * row_stride;
  const int64_t slices = divide_up(call.in_channels, kSlice);
  const int64_t parts = divide_up(tile.columns.count, kPanelRows);
  const int64_t slice_numbers = call.kernel * call.kernel * kSlice * kWidth * kLanes;
  const float* x = source + tile.pictures.first * picture_stride + tile.rows.first * call.stride * row_stride +
                   tile.columns.first * call.stride * kSlice;
  for (int64_t slice = 0; slice < slices; ++slice, x += call.batch * picture_stride) {
    alignas(64) float room[kMostNarrowKernel * kMostNarrowKernel * kSlice * kPanel];
    const float* w = widened(weights, first + slice * slice_numbers, slice_numbers, room);
    float* to = sums;
    for (int64_t line = 0; line < tile.pictures.count * tile.rows.count; ++line) {
      const float* from =
          x + line / tile.rows.count * picture_stride + line % tile.rows.count * call.stride * row_stride;
      for (int64_t part = 0; part < parts; ++part) {
        const Range columns = part_of(part, parts, tile.columns.count);
        kAddSlice<kWidth>[columns.count](from + columns.first * call.stride * kSlice, call.stride * kSlice, row_stride,
                                         call.kernel, w, to);
        to += columns.count * kWidth * kLanes;
      }
    }
  }
}

}  // namespace

int64_t conv_source_floats(const ConvCall& call) {
  return divide_up(call.in_channels, kSlice) * kSlice * call.batch * call.source_rows * call.source_width;
}

void lay_out_conv_source(const ConvCall& call, const float* x, float* source) {
  const int64_t slice_stride = call.batch * call.source_rows * call.source_width * kSlice;
  const int64_t whole = call.in_channels / kSlice, rest = call.in_channels % kSlice;
  const int64_t slices = divide_up(call.in_channels, kSlice);
#pragma omp parallel for schedule(static)
  for (int64_t unit = 0; unit < call.batch * call.source_rows; ++unit) {
    const int64_t picture = unit / call.source_rows, y = call.first_source_row + unit % call.source_rows;
    float* to = source + unit * call.source_width * kSlice;
    for (int64_t i = 0; i < call.source_width; ++i, to += kSlice) {
      const int64_t column = i - call.pad_left;
      if (y < 0 || y >= call.height || column < 0 || column >= call.width) {
        for (int64_t s = 0; s < slices; ++s) __builtin_memset(to + s * slice_stride, 0, kSlice * sizeof(float));
        continue;
      }
      const float* from = x + ((picture * call.height + y) * call.width + column) * call.in_channels;
      for (int64_t s = 0; s < whole; ++s, from += kSlice) {
        __builtin_memcpy(to + s * slice_stride, from, kSlice * sizeof(float));
      }
      if (rest == 0) continue;
      float* last = to + whole * slice_stride;
      for (int64_t c = 0; c < kSlice; ++c) last[c] = c < rest ? from[c] : 0.0f;
    }
  }
}

void convolve(const ConvCall& call, const float* source, const WeightPanels& weights, const float* bias,
              bool accumulate, const Interrupt& interrupt, float* out) {
  const int64_t column_tiles = divide_up(call.out_width, kTileColumns);
  const int64_t most_rows = kTilePixels / divide_up(call.out_width, column_tiles);
  const int64_t row_tiles = divide_up(call.rows, most_rows);
  const bool is_small = row_tiles * column_tiles == 1;
  const int64_t most_pictures = is_small ? kTilePixels / (call.rows * call.out_width) : 1;
  const int64_t picture_tiles = divide_up(call.batch, most_pictures);
  const int64_t tiles = picture_tiles * row_tiles * column_tiles;
  const int64_t panels = divide_up(call.out_channels, kPanel);
  const int64_t panel_numbers =
      divide_up(call.in_channels, kSlice) * kSlice * call.kernel * call.kernel * kPanel;  // of a whole panel
  // Panel by panel: the weights of one stay in the second-level cache while the tiles pass.
#pragma omp parallel for schedule(static)
  for (int64_t unit = 0; unit < panels * tiles; ++unit) {
    if (interrupt.is_cancelled(interrupt.context)) continue;
    const int64_t panel = unit / tiles, picture_tile = unit % tiles / (row_tiles * column_tiles);
    const int64_t row_tile = unit / column_tiles % row_tiles, column_tile = unit % column_tiles;
    const Tile tile{.pictures = part_of(picture_tile, picture_tiles, call.batch),
                    .rows = part_of(row_tile, row_tiles, call.rows),
                    .columns = part_of(column_tile, column_tiles, call.out_width)};
    const int64_t channel = panel * kPanel;
    const int64_t vectors = vectors_from(channel, call.out_channels);
    alignas(64) float sums[kTilePixels * kPanel];
    for (int64_t i = 0; i < tile.pixels() * vectors; ++i) store(sums + i * kLanes, Vec{});
    const auto add = vectors == 1 ? add_slices<1> : add_slices<kPanelVectors>;
    add(call, source, tile, weights, panel * panel_numbers, sums);
    for (int64_t pixel = 0; pixel < tile.pixels(); ++pixel) {
      const int64_t line = pixel / tile.columns.count;
      const int64_t picture = tile.pictures.first + line / tile.rows.count;
      const int64_t y = picture * call.out_height + call.first + tile.rows.first + line % tile.rows.count;
      const int64_t at = (y * call.out_width + tile.columns.first + pixel % tile.columns.count) * call.out_channels;
      for (int64_t j = 0; j < vectors; ++j) {
        const int64_t c = channel + j * kLanes;
        write_sums(load(sums + (pixel * vectors + j) * kLanes), bias != nullptr ? bias + c : nullptr, accumulate,
                   call.out_channels - c, out + at + c);
      }
    }
  }
}

}  // namespace redraw::cpu::REDRAW_ISA
