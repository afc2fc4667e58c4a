// Attention in one pass over the keys (Dao et al. 2022, FlashAttention; Milakov and Gimelshein 2018 for the running
// softmax). A block of queries meets one block of keys at a time. The scores of such a pair stay in the cache, and the
// full score matrix never exists.
//
// Both products are small matrix multiplications on packed panels. Keys are transposed into panels of kKeyPanel
// columns. Values go into panels of a width that fits the head. The softmax is in powers of two: log2(e) goes into the
// scale of the queries.
#include <omp.h>

#include "ops/cpu/isa.h"
#include "ops/cpu/simd.h"

namespace redraw::cpu::REDRAW_ISA {
namespace {

constexpr int kKeyVectors = kLanes == 16 ? 3 : 2;
constexpr int64_t kKeyPanel = kKeyVectors * kLanes;
constexpr int64_t kKeyBlock = 240;   // a multiple of every kKeyPanel
constexpr int64_t kQueryBlock = 48;  // a multiple of every number of rows below
static_assert(kKeyBlock % kKeyPanel == 0);
static_assert(kQueryBlock % kKeyPanel == 0);  // so that a causal mask, too, ends with a panel or with the last key

int64_t round_up(int64_t x, int64_t to) {
  return (x + to - 1) / to * to;
}

// c [rows x panel] (+)= a [rows x depth] * b [depth x panel]: one tile of registers at a time.
template <int kVectors, bool kAccumulate>
void multiply(int64_t rows, const float* a, int64_t a_stride, const float* b, int64_t depth, float* c,
              int64_t c_stride) {
  constexpr int kRows = kAccumulators / kVectors;
  static_assert(kQueryBlock % kRows == 0);
  for (int64_t row = 0; row < rows; row += kRows) {
    const float* a_tile = a + row * a_stride;
    float* c_tile = c + row * c_stride;
    Vec sum[kRows][kVectors];
    for (int r = 0; r < kRows; ++r) {
      for (int j = 0; j < kVectors; ++j) sum[r][j] = kAccumulate ? load(c_tile + r * c_stride + j * kLanes) : Vec{};
    }
    for (int64_t k = 0; k < depth; ++k) {
      Vec line[kVectors];
      for (int j = 0; j < kVectors; ++j) line[j] = load(b + (k * kVectors + j) * kLanes);
      for (int r = 0; r < kRows; ++r) {
        const float factor = a_tile[r * a_stride + k];
        for (int j = 0; j < kVectors; ++j) sum[r][j] += factor * line[j];
      }
    }
    for (int r = 0; r < kRows; ++r) {
      for (int j = 0; j < kVectors; ++j) store(c_tile + r * c_stride + j * kLanes, sum[r][j]);
    }
  }
}

// The product with a panel of keys, by the panel's number of vectors. The last panel may have fewer.
constexpr decltype(&multiply<1, false>) kScores[] = {nullptr, multiply<1, false>, multiply<2, false>,
                                                     multiply<kKeyVectors, false>};
static_assert(kKeyVectors == 2 || kKeyVectors == 3);

using Multiply = void (*)(int64_t rows, const float* a, int64_t a_stride, const float* b, int64_t depth, float* c,
                          int64_t c_stride);

// The panel width for a head's values is the one that wastes least. A width of one vector is chosen only if the others
// waste more than a fifth, because its tile reads more than it multiplies.
struct ValuePanels {
  int vectors;
  int64_t padded_width;
  Multiply multiply;
};

ValuePanels value_panels(int64_t width) {
  constexpr ValuePanels kChoices[] = {
#if defined(__AVX512F__)
    {4, 0, multiply<4, true>},
#endif
    {3, 0, multiply<3, true>},
    {2, 0, multiply<2, true>},
    {1, 0, multiply<1, true>},
  };
  ValuePanels best = {};
  double best_cost = 0;
  for (ValuePanels choice : kChoices) {
    choice.padded_width = round_up(width, choice.vectors * kLanes);
    const double cost = static_cast<double>(choice.padded_width) * (choice.vectors == 1 ? 1.2 : 1.0);
    if (best.vectors == 0 || cost < best_cost) {
      best = choice;
      best_cost = cost;
    }
  }
  return best;
}

// keys [Tk rows, `stride` apart] -> [panel][width][kKeyPanel]. The last panel has as few vectors as the remaining keys
// need, with zeros after the last key.
void pack_keys(const float* k, int64_t keys, int64_t width, int64_t stride, float* to) {
  for (int64_t first = 0; first < keys; first += kKeyPanel) {
    const int64_t count = keys - first < kKeyPanel ? keys - first : kKeyPanel;
    const int64_t panel = round_up(count, kLanes);
    for (int64_t d = 0; d < width; ++d) {
      for (int64_t j = 0; j < count; ++j) to[d * panel + j] = k[(first + j) * stride + d];
      for (int64_t j = count; j < panel; ++j) to[d * panel + j] = 0;
    }
    to += width * panel;
  }
}

// values -> [panel][Tk][panel width], zeros beyond the head's width. A panel holds all keys, padded to `padded_keys`
// rows. The rows after the last key are never read.
void pack_values(const float* v, int64_t keys, int64_t padded_keys, int64_t width, int64_t stride, int64_t panel,
                 float* to) {
  for (int64_t first = 0; first < width; first += panel) {
    const int64_t count = width - first < panel ? width - first : panel;
    for (int64_t t = 0; t < keys; ++t) {
      float* row = to + t * panel;
      for (int64_t d = 0; d < count; ++d) row[d] = v[t * stride + first + d];
      for (int64_t d = count; d < panel; ++d) row[d] = 0;
    }
    to += padded_keys * panel;
  }
}

// The working memory of one thread.
struct Workspace {
  float* q;        // [kQueryBlock, width], scaled
  float* scores;   // [kQueryBlock, kKeyBlock]
  float* out;      // [kQueryBlock, padded_width]
  float* sum;      // [kQueryBlock, kLanes] of 2^(score - largest) so far, lane by lane
  float* largest;  // [kQueryBlock] the largest score so far

  Workspace(float* floats, int64_t width, int64_t padded_width)
      : q(floats),
        scores(q + kQueryBlock * width),
        out(scores + kQueryBlock * kKeyBlock),
        sum(out + kQueryBlock * padded_width),
        largest(sum + kQueryBlock * kLanes) {}

  static int64_t floats(int64_t width, int64_t padded_width) {
    return round_up(kQueryBlock * (width + kKeyBlock + padded_width + kLanes + 1), kLanes);
  }
};

// Turns the scores of one row against `count` keys into powers of two. Rescales the earlier sums.
void update_row(float* scores, int64_t count, int64_t block, float* out, int64_t padded_width, float& largest,
                float* sum) {
  for (int64_t j = count; j < block; ++j) scores[j] = -__builtin_inff();
  Vec top = broadcast(largest);
  for (int64_t j = 0; j < block; j += kLanes) top = max(load(scores + j), top);
  const float new_largest = horizontal_max(top);
  Vec total = {};
  for (int64_t j = 0; j < block; j += kLanes) {
    const Vec power = exp2_below_one(load(scores + j) - new_largest);
    total += power;
    store(scores + j, power);
  }
  if (new_largest != largest) {
    const Vec factor = exp2_below_one(broadcast(largest - new_largest));
    total += load(sum) * factor;
    for (int64_t d = 0; d < padded_width; d += kLanes) store(out + d, load(out + d) * factor);
    largest = new_largest;
  } else {
    total += load(sum);
  }
  store(sum, total);
}

// One block of queries of one head against all its keys.
void attend(const AttentionShape& shape, const ValuePanels& panels, const float* q, const float* keys,
            const float* values, int64_t padded_keys, int64_t first_query, const Workspace& w, float* out) {
  const int64_t stride = shape.heads * shape.width;
  const int64_t left = shape.queries - first_query;
  const int64_t queries = left < kQueryBlock ? left : kQueryBlock;
  const int64_t panel = panels.vectors * kLanes;
  const float scale = static_cast<float>(static_cast<double>(shape.scale) * 1.4426950408889634);
  for (int64_t r = 0; r < kQueryBlock; ++r) {
    for (int64_t d = 0; d < shape.width; ++d) {
      w.q[r * shape.width + d] = r < queries ? q[(first_query + r) * stride + d] * scale : 0;
    }
    for (int64_t d = 0; d < panels.padded_width; ++d) w.out[r * panels.padded_width + d] = 0;
    store(w.sum + r * kLanes, Vec{});
    w.largest[r] = -__builtin_inff();
  }
  const int64_t visible = shape.is_causal ? first_query + queries : shape.keys;
  for (int64_t first = 0; first < visible; first += kKeyBlock) {
    const int64_t count = visible - first < kKeyBlock ? visible - first : kKeyBlock;
    const int64_t block = round_up(count, kLanes);
    for (int64_t j = 0; j < block; j += kKeyPanel) {
      const int64_t vectors = (block - j < kKeyPanel ? block - j : kKeyPanel) / kLanes;
      kScores[vectors](kQueryBlock, w.q, shape.width, keys + (first + j) * shape.width, shape.width, w.scores + j,
                       kKeyBlock);
    }
    for (int64_t r = 0; r < kQueryBlock; ++r) {
      // Rows after the last query repeat its limit. Their scores are zeros, and nobody reads their result.
      const int64_t query = first_query + (r < queries ? r : queries - 1);
      int64_t seen = shape.is_causal ? query + 1 - first : count;
      seen = seen < 0 ? 0 : (seen > count ? count : seen);
      update_row(w.scores + r * kKeyBlock, seen, block, w.out + r * panels.padded_width, panels.padded_width,
                 w.largest[r], w.sum + r * kLanes);
    }
    for (int64_t p = 0; p * panel < panels.padded_width; ++p) {
      panels.multiply(kQueryBlock, w.scores, kKeyBlock, values + (p * padded_keys + first) * panel, count,
                      w.out + p * panel, panels.padded_width);
    }
  }
  for (int64_t r = 0; r < queries; ++r) {
    const float factor = 1.0f / horizontal_sum(load(w.sum + r * kLanes));
    for (int64_t d = 0; d < shape.width; ++d) {
      out[(first_query + r) * stride + d] = w.out[r * panels.padded_width + d] * factor;
    }
  }
}

}  // namespace

int64_t attention_scratch_floats(const AttentionShape& shape, int threads) {
  const int64_t padded_keys = round_up(shape.keys, kLanes);
  const int64_t padded_width = value_panels(shape.width).padded_width;
  return shape.batch * shape.heads * padded_keys * (shape.width + padded_width) +
         threads * Workspace::floats(shape.width, padded_width);
}

void attention(const AttentionShape& shape, const float* q, const float* k, const float* v, float* scratch, int threads,
               const Interrupt& interrupt, float* out) {
  const ValuePanels panels = value_panels(shape.width);
  const int64_t padded_keys = round_up(shape.keys, kLanes);
  const int64_t pairs = shape.batch * shape.heads;
  const int64_t stride = shape.heads * shape.width;
  float* packed_keys = scratch;
  float* packed_values = packed_keys + pairs * padded_keys * shape.width;
  float* workspaces = packed_values + pairs * padded_keys * panels.padded_width;
  const int64_t blocks = (shape.queries + kQueryBlock - 1) / kQueryBlock;
#pragma omp parallel num_threads(threads)
  {
#pragma omp for schedule(static)
    for (int64_t pair = 0; pair < pairs; ++pair) {
      const int64_t at = pair / shape.heads * shape.keys * stride + pair % shape.heads * shape.width;
      pack_keys(k + at, shape.keys, shape.width, stride, packed_keys + pair * padded_keys * shape.width);
      pack_values(v + at, shape.keys, padded_keys, shape.width, stride, panels.vectors * kLanes,
                  packed_values + pair * padded_keys * panels.padded_width);
    }
#pragma omp for schedule(dynamic)
    for (int64_t unit = 0; unit < pairs * blocks; ++unit) {
      if (interrupt.is_cancelled(interrupt.context)) continue;
      const int64_t pair = unit / blocks;
      const int64_t at = pair / shape.heads * shape.queries * stride + pair % shape.heads * shape.width;
      const int64_t own = omp_get_thread_num() * Workspace::floats(shape.width, panels.padded_width);
      const Workspace w(workspaces + own, shape.width, panels.padded_width);
      attend(shape, panels, q + at, packed_keys + pair * padded_keys * shape.width,
             packed_values + pair * padded_keys * panels.padded_width, padded_keys, unit % blocks * kQueryBlock, w,
             out + at);
    }
  }
}

}  // namespace redraw::cpu::REDRAW_ISA
