// Convolutions for processors without AVX-512, where oneDNN adds all products of an output in one chain of float32. A
// chain of n random terms is off by about 2.6e-8 sqrt(n / 2) of its result: 1.8e-6 for 1280 * 9. Here the products of a
// slice of 16 input channels are summed by themselves and then the slices: 2.6e-8 sqrt((144 + 80) / 2).
//
// The source is laid out slice by slice, [slice][picture][row][column][kSlice] with the padding in it, the weights
// panel by panel, [panel][slice][ky][kx][kSlice][channels of a panel]. A tile of the output stays in the first cache
// while all slices go by; what a slice adds to a few of its pixels is summed in registers.
#include "ops/cpu/isa.h"
#include "ops/cpu/simd.h"

namespace redraw::cpu::REDRAW_ISA {
namespace {

constexpr int64_t kSlice = kConvSlice;
constexpr int kVectors = 2;  // in a panel
constexpr int64_t kPanel = kVectors * kLanes;
constexpr int kPixels = 6;  // at most, in registers
static_assert(kPixels * kVectors <= kAccumulators);
// A tile of the output. A slice's weights (9 KiB with AVX2) come into the first cache once for each, and rows next to
// each other read the same source. With 128 and 512 pixels it takes as long, within 2 %.
constexpr int64_t kTilePixels = 256;
constexpr int64_t kTileColumns = 64;

int64_t divide_up(int64_t a, int64_t b) {
  return (a + b - 1) / b;
}

// What is left for the panel that begins at this output channel: the last may be one vector wide.
int64_t vectors_from(int64_t channel, int64_t out_channels) {
  return out_channels - channel <= kLanes ? 1 : kVectors;
}

// tile [pixels, panel] += the products of one slice. `step` floats lie between the pixels' sources; w is
// [kernel, kernel, kSlice, panel].
template <int kCount, int kWidth>
void add_slice(const float* x, int64_t step, int64_t row_stride, int64_t kernel, const float* w, float* tile) {
  Vec sum[kCount][kWidth];
  for (int p = 0; p < kCount; ++p) {
    for (int j = 0; j < kWidth; ++j) sum[p][j] = Vec{};  // `= {}` would clear an array in memory as well
  }
  for (int64_t ky = 0; ky < kernel; ++ky) {
    for (int64_t kx = 0; kx < kernel; ++kx) {
      const float* from = x + ky * row_stride + kx * kSlice;
#pragma GCC unroll 4
      for (int64_t c = 0; c < kSlice; ++c, w += kWidth * kLanes) {
        Vec line[kWidth];
        for (int j = 0; j < kWidth; ++j) line[j] = load(w + j * kLanes);
        for (int p = 0; p < kCount; ++p) {
          const float factor = from[p * step + c];
          for (int j = 0; j < kWidth; ++j) sum[p][j] += factor * line[j];
        }
      }
    }
  }
  for (int p = 0; p < kCount; ++p) {
    for (int j = 0; j < kWidth; ++j) {
      float* to = tile + (p * kWidth + j) * kLanes;
      store(to, load(to) + sum[p][j]);
    }
  }
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
static_assert(kPixels + 1 == sizeof(kAddSlice<1>) / sizeof(kAddSlice<1>[0]));

// The `part`-th of `parts` nearly equal parts of `count` begins here.
int64_t part_begin(int64_t part, int64_t parts, int64_t count) {
  return part * count / parts;
}

// The sums of one tile and one panel of output channels.
template <int kWidth>
void add_slices(const ConvCall& call, const float* x, int64_t rows, int64_t columns, const float* w, float* tile) {
  const int64_t row_stride = call.source_width * kSlice;
  const int64_t slice_stride = call.batch * call.source_rows * row_stride;
  const int64_t slices = divide_up(call.in_channels, kSlice);
  const int64_t parts = divide_up(columns, kPixels);
  for (int64_t slice = 0; slice < slices; ++slice) {
    float* to = tile;
    for (int64_t row = 0; row < rows; ++row) {
      for (int64_t part = 0; part < parts; ++part) {
        const int64_t first = part_begin(part, parts, columns);
        const int64_t count = part_begin(part + 1, parts, columns) - first;
        kAddSlice<kWidth>[count](x + row * call.stride * row_stride + first * call.stride * kSlice,
                                 call.stride * kSlice, row_stride, call.kernel, w, to);
        to += count * kWidth * kLanes;
      }
    }
    x += slice_stride;
    w += call.kernel * call.kernel * kSlice * kWidth * kLanes;
  }
}

// Writes the sums of `count` output channels, or of the first kLanes of them.
void write(Vec sum, const float* bias, bool accumulate, int64_t count, float* out) {
  if (count >= kLanes) {
    if (bias != nullptr) sum += load(bias);
    store(out, accumulate ? sum + load(out) : sum);
  } else {
    if (bias != nullptr) sum += load_part(bias, count);
    store_part(out, accumulate ? sum + load_part(out, count) : sum, count);
  }
}

}  // namespace

int64_t conv_source_floats(const ConvCall& call) {
  return divide_up(call.in_channels, kSlice) * kSlice * call.batch * call.source_rows * call.source_width;
}

int64_t conv_weight_floats(int64_t out_channels, int64_t in_channels, int64_t kernel) {
  return divide_up(out_channels, kLanes) * kLanes * divide_up(in_channels, kSlice) * kSlice * kernel * kernel;
}

int64_t conv_panel_channels() {
  return kPanel;
}

void pack_conv_panel(const float* rows, int64_t channels, int64_t in_channels, int64_t kernel, float* packed) {
  const int64_t taps = kernel * kernel;
  const int64_t row = in_channels * taps;
  const int64_t width = vectors_from(0, channels) * kLanes;
  for (int64_t slice = 0; slice < in_channels; slice += kSlice) {
    const bool is_whole = channels == width && slice + kSlice <= in_channels;
    for (int64_t tap = 0; tap < taps; ++tap) {
      for (int64_t in = slice; in < slice + kSlice; ++in, packed += width) {
        const float* from = rows + in * taps + tap;
        for (int64_t o = 0; o < width; ++o) {
          packed[o] = is_whole || (in < in_channels && o < channels) ? from[o * row] : 0.0f;
        }
      }
    }
  }
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

void convolve(const ConvCall& call, const float* source, const float* weights, const float* bias, bool accumulate,
              float* out) {
  const int64_t column_tiles = divide_up(call.out_width, kTileColumns);
  const int64_t most_rows = kTilePixels / divide_up(call.out_width, column_tiles);
  const int64_t row_tiles = divide_up(call.rows, most_rows);
  const int64_t tiles = call.batch * row_tiles * column_tiles;
  const int64_t panels = divide_up(call.out_channels, kPanel);
  const int64_t panel_floats =
      divide_up(call.in_channels, kSlice) * kSlice * call.kernel * call.kernel * kPanel;  // of a whole panel
  // Panel by panel: the weights of one stay in the second cache while the tiles go by.
#pragma omp parallel for schedule(static)
  for (int64_t unit = 0; unit < panels * tiles; ++unit) {
    const int64_t panel = unit / tiles, picture = unit % tiles / (row_tiles * column_tiles);
    const int64_t row_tile = unit / column_tiles % row_tiles, column_tile = unit % column_tiles;
    const int64_t row = part_begin(row_tile, row_tiles, call.rows);
    const int64_t rows = part_begin(row_tile + 1, row_tiles, call.rows) - row;
    const int64_t column = part_begin(column_tile, column_tiles, call.out_width);
    const int64_t columns = part_begin(column_tile + 1, column_tiles, call.out_width) - column;
    const int64_t channel = panel * kPanel;
    const int64_t vectors = vectors_from(channel, call.out_channels);
    alignas(64) float tile[kTilePixels * kPanel];
    for (int64_t i = 0; i < rows * columns * vectors; ++i) store(tile + i * kLanes, Vec{});
    const float* x =
        source + ((picture * call.source_rows + row * call.stride) * call.source_width + column * call.stride) * kSlice;
    const auto add = vectors == 1 ? add_slices<1> : add_slices<kVectors>;
    add(call, x, rows, columns, weights + panel * panel_floats, tile);
    for (int64_t pixel = 0; pixel < rows * columns; ++pixel) {
      const int64_t y = picture * call.out_height + call.first + row + pixel / columns;
      const int64_t at = (y * call.out_width + column + pixel % columns) * call.out_channels;
      for (int64_t j = 0; j < vectors; ++j) {
        const int64_t c = channel + j * kLanes;
        write(load(tile + (pixel * vectors + j) * kLanes), bias != nullptr ? bias + c : nullptr, accumulate,
              call.out_channels - c, out + at + c);
      }
    }
  }
}

}  // namespace redraw::cpu::REDRAW_ISA
