// Between channels-last maps and the blocked maps on which oneDNN's convolutions keep their precision: the channels in
// blocks, [N, C / block, H * W, block] (oneDNN's nChw16c and nChw8c).
#include "ops/cpu/isa.h"

namespace redraw::cpu::REDRAW_ISA {
namespace {

template <int kBlock>
struct Block {
  typedef float Channels __attribute__((vector_size(kBlock * 4)));

  static Channels load(const float* from) {
    Channels channels;
    __builtin_memcpy(&channels, from, sizeof(channels));
    return channels;
  }
  static void store(float* to, Channels channels) { __builtin_memcpy(to, &channels, sizeof(channels)); }
};

// Calls function(offset in the channels-last map, offset in the blocks) for every block of every position. In the order
// of the map, because that is the larger of the two and comes from memory or goes there: half as fast again as a tile
// of positions at a time, block after block, on maps larger than the cache.
template <typename Function>
void for_each_block(const BlockedRows& shape, Function function) {
  const int64_t block_stride = shape.rows * shape.width * shape.block;
#pragma omp parallel for schedule(static)
  for (int64_t unit = 0; unit < shape.batch * shape.rows; ++unit) {
    const int64_t picture = unit / shape.rows, row = unit % shape.rows;
    int64_t plain = (picture * shape.height + shape.first + row) * shape.width * shape.channels;
    int64_t blocked = picture * shape.rows * shape.width * shape.channels + row * shape.width * shape.block;
    for (int64_t x = 0; x < shape.width; ++x, blocked += shape.block) {
      int64_t at = blocked;
      for (int64_t c = 0; c < shape.channels; c += shape.block, plain += shape.block, at += block_stride) {
        function(plain, at);
      }
    }
  }
}

template <int kBlock>
void to_blocked(const BlockedRows& shape, const float* x, float* out) {
  using B = Block<kBlock>;
  for_each_block(shape, [=](int64_t plain, int64_t blocked) { B::store(out + blocked, B::load(x + plain)); });
}

template <int kBlock>
void from_blocked(const BlockedRows& shape, const float* x, bool accumulate, float* out) {
  using B = Block<kBlock>;
  if (accumulate) {
    for_each_block(shape, [=](int64_t plain, int64_t blocked) {
      B::store(out + plain, B::load(out + plain) + B::load(x + blocked));
    });
  } else {
    for_each_block(shape, [=](int64_t plain, int64_t blocked) { B::store(out + plain, B::load(x + blocked)); });
  }
}

}  // namespace

void to_blocked(const BlockedRows& shape, const float* x, float* out) {
  shape.block == 16 ? to_blocked<16>(shape, x, out) : to_blocked<8>(shape, x, out);
}

void from_blocked(const BlockedRows& shape, const float* x, bool accumulate, float* out) {
  shape.block == 16 ? from_blocked<16>(shape, x, accumulate, out) : from_blocked<8>(shape, x, accumulate, out);
}

}  // namespace redraw::cpu::REDRAW_ISA
