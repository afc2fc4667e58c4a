// Converts between channels-last maps and blocked maps, on which oneDNN's AVX-512 convolutions are exact. Blocked maps
// have the channels in blocks, [N, C / block, H * W, block] (oneDNN's nChw16c).
#include "ops/cpu/isa.h"

namespace redraw::cpu::REDRAW_ISA {
namespace {

typedef float Channels __attribute__((vector_size(kChannelBlock * 4)));

Channels load(const float* from) {
  Channels channels;
  __builtin_memcpy(&channels, from, sizeof(channels));
  return channels;
}

void store(float* to, Channels channels) {
  __builtin_memcpy(to, &channels, sizeof(channels));
}

// Calls function(offset in the channels-last map, offset in the blocks) for every block of every position, in the map's
// order. The map is the larger of the two and goes through memory. On maps larger than the cache this order is half as
// fast again as a tile of positions at a time, block after block.
template <typename Function>
void for_each_block(const BlockedRows& shape, Function function) {
  const int64_t block_stride = shape.rows * shape.width * kChannelBlock;
#pragma omp parallel for schedule(static)
  for (int64_t unit = 0; unit < shape.batch * shape.rows; ++unit) {
    const int64_t picture = unit / shape.rows, row = unit % shape.rows;
    int64_t plain = (picture * shape.height + shape.first + row) * shape.width * shape.channels;
    int64_t blocked = picture * shape.rows * shape.width * shape.channels + row * shape.width * kChannelBlock;
    for (int64_t x = 0; x < shape.width; ++x, blocked += kChannelBlock) {
      int64_t at = blocked;
      for (int64_t c = 0; c < shape.channels; c += kChannelBlock, plain += kChannelBlock, at += block_stride) {
        function(plain, at);
      }
    }
  }
}

}  // namespace

void to_blocked(const BlockedRows& shape, const float* x, float* out) {
  for_each_block(shape, [=](int64_t plain, int64_t blocked) { store(out + blocked, load(x + plain)); });
}

void from_blocked(const BlockedRows& shape, const float* x, bool accumulate, float* out) {
  if (accumulate) {
    for_each_block(shape,
                   [=](int64_t plain, int64_t blocked) { store(out + plain, load(out + plain) + load(x + blocked)); });
  } else {
    for_each_block(shape, [=](int64_t plain, int64_t blocked) { store(out + plain, load(x + blocked)); });
  }
}

}  // namespace redraw::cpu::REDRAW_ISA
