// Linear layers with packed weights (WeightPanels in kernels.h). oneDNN has three weaknesses here. Without AVX-512, a
// product of a few rows spends most of its time on packing the weights again at each call. With AVX-512 it sums too
// coarsely. It does not take float16 weights.
//
// A tile is a copy of some rows of x, laid out so that numbers multiplied together lie together. It stays in the
// second-level cache while the panels of output channels pass. Its sums for one panel stay in the first-level cache.
// The contribution of kDepth input features to a few of its rows is summed in registers.
#include "ops/cpu/isa.h"
#include "ops/cpu/panels.h"

namespace redraw::cpu::REDRAW_ISA {
namespace {

// A slice of a panel's weights takes 20 KiB of the first-level cache with AVX2. Sums of 320 products, and then of
// slices, are 3.2e-7 off at any number of features. oneDNN's are as far off.
constexpr int64_t kDepth = 320;
static_assert(kDepth % kConvSlice == 0);

constexpr int64_t kTileRows = 192;                  // at most
constexpr int64_t kLeastTileRows = 48;              // so that widening a slice costs little beside its use
constexpr int64_t kTileFloats = int64_t{96} << 10;  // of x, in the second-level cache

// Where a panel's sums go: to a tile until the last slice, then to the output.
struct Target {
  float* tile;  // [rows, panel]
  float* out;
  int64_t out_stride;
  int64_t channels;  // from this panel on
  const float* bias;
  bool accumulate;
  bool is_first = true, is_last = true;  // slice
};

// Adds x [kRows, kDepth], of which `depth` columns count, times w [depth, panel] to the target's rows from `row` on.
template <int kRows, int kWidth>
void add_slice(const float* x, int64_t depth, const float* w, const Target& to, int64_t row) {
  PanelSums<kRows, kWidth> sum;
  clear(sum);
  add_products(x, kDepth, depth, w, sum);
  for (int r = 0; r < kRows; ++r) {
    for (int j = 0; j < kWidth; ++j) {
      float* earlier = to.tile + ((row + r) * kWidth + j) * kLanes;
      if (!to.is_first) sum[r][j] += load(earlier);
      if (!to.is_last) {
        store(earlier, sum[r][j]);
      } else {
        write_sums(sum[r][j], to.bias != nullptr ? to.bias + j * kLanes : nullptr, to.accumulate,
                   to.channels - j * kLanes, to.out + (row + r) * to.out_stride + j * kLanes);
      }
    }
  }
}

// add_slice by the number of rows.
template <int kWidth>
constexpr decltype(&add_slice<1, kWidth>) kAddSlice[] = {nullptr,
                                                         add_slice<1, kWidth>,
                                                         add_slice<2, kWidth>,
                                                         add_slice<3, kWidth>,
                                                         add_slice<4, kWidth>,
                                                         add_slice<5, kWidth>,
                                                         add_slice<6, kWidth>};
static_assert(kPanelRows + 1 == sizeof(kAddSlice<1>) / sizeof(kAddSlice<1>[0]));

int64_t rows_in_a_tile(const LinearCall& call) {
  int64_t rows = kTileFloats / call.in_features;
  if (rows > kTileRows) rows = kTileRows;
  if (rows < kLeastTileRows) rows = kLeastTileRows;
  // Tiles have one size, except the last. The size is a multiple of the rows that fit in registers.
  rows = divide_up(call.rows, divide_up(call.rows, rows));
  return divide_up(rows, kPanelRows) * kPanelRows;
}

// Copies rows of x to [slice][row][kDepth].
void lay_out_tile(const LinearCall& call, const float* x, int64_t rows, float* tile_of_x) {
  for (int64_t begin = 0; begin < call.in_features; begin += kDepth) {
    const int64_t depth = call.in_features - begin < kDepth ? call.in_features - begin : kDepth;
    for (int64_t r = 0; r < rows; ++r, tile_of_x += kDepth) {
      __builtin_memcpy(tile_of_x, x + r * call.in_features + begin, static_cast<size_t>(depth) * sizeof(float));
    }
  }
}

// One tile and one panel. The panel's first weight is number `first`.
template <int kWidth>
void add_panel(const LinearCall& call, const float* x, int64_t rows, const WeightPanels& weights, int64_t first,
               Target to) {
  const int64_t parts = divide_up(rows, kPanelRows);
  for (int64_t begin = 0; begin < call.in_features; begin += kDepth, x += rows * kDepth) {
    const int64_t depth = call.in_features - begin < kDepth ? call.in_features - begin : kDepth;
    to.is_first = begin == 0;
    to.is_last = begin + depth == call.in_features;
    alignas(64) float room[kDepth * kPanel];
    const float* w = widened(weights, first + begin * kWidth * kLanes, depth * kWidth * kLanes, room);
    for (int64_t part = 0; part < parts; ++part) {
      const int64_t row = part_begin(part, parts, rows);
      kAddSlice<kWidth>[part_begin(part + 1, parts, rows) - row](x + row * kDepth, depth, w, to, row);
    }
  }
}

}  // namespace

int64_t linear_scratch_floats(const LinearCall& call) {
  return rows_in_a_tile(call) * divide_up(call.in_features, kDepth) * kDepth;
}

void linear(const LinearCall& call, const float* x, const WeightPanels& weights, const float* bias, bool accumulate,
            float* scratch, int threads, const Interrupt& interrupt, float* out) {
  const int64_t tile_rows = rows_in_a_tile(call);
  const int64_t tiles = divide_up(call.rows, tile_rows);
  const int64_t panels = divide_up(call.out_features, kPanel);
  const int64_t panel_numbers = divide_up(call.in_features, kConvSlice) * kConvSlice * kPanel;  // of a whole panel
  const int64_t scratch_floats = linear_scratch_floats(call);
#pragma omp parallel for schedule(static) num_threads(threads)
  for (int64_t thread = 0; thread < threads; ++thread) {
    float* tile_of_x = scratch + thread * scratch_floats;
    int64_t laid_out = -1;
    const int64_t end = part_begin(thread + 1, threads, tiles * panels);
    for (int64_t unit = part_begin(thread, threads, tiles * panels); unit < end; ++unit) {
      if (interrupt.is_cancelled(interrupt.context)) break;
      const int64_t panel = unit % panels, channel = panel * kPanel;
      const int64_t row = unit / panels * tile_rows;
      const int64_t rows = call.rows - row < tile_rows ? call.rows - row : tile_rows;
      if (row != laid_out) lay_out_tile(call, x + row * call.in_features, rows, tile_of_x);
      laid_out = row;
      // The next writes lie a row apart, which no processor prefetches by itself.
      for (int64_t r = 0; r < rows; ++r) __builtin_prefetch(out + (row + r) * call.out_features + channel, 1);
      alignas(64) float sums[kTileRows * kPanel];
      const Target to{.tile = sums,
                      .out = out + row * call.out_features + channel,
                      .out_stride = call.out_features,
                      .channels = call.out_features - channel,
                      .bias = bias != nullptr ? bias + channel : nullptr,
                      .accumulate = accumulate};
      const auto add = vectors_from(channel, call.out_features) == 1 ? add_panel<1> : add_panel<kPanelVectors>;
      add(call, tile_of_x, rows, weights, panel * panel_numbers, to);
    }
  }
}

}  // namespace redraw::cpu::REDRAW_ISA
