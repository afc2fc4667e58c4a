// Between channels-last maps and the blocked maps on which oneDNN's convolutions keep their precision: the channels in
// blocks, [N, C / block, H * W, block] (oneDNN's nChw16c and nChw8c).
#include "ops/cpu/isa.h"

namespace redraw::cpu::REDRAW_ISA {
namespace {

// Positions a thread takes at a time. All blocks of so many positions meet in the cache, while each block is still
// long enough to be read or written as a stream.
constexpr int64_t kTile = 64;

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

// Calls function(offset in the channels-last map, offset in the blocked map) for every block of every position.
template <typename Function>
void for_each_block(const BlockedMap& map, Function function) {
  const int64_t tiles = (map.positions + kTile - 1) / kTile;
#pragma omp parallel for schedule(static)
  for (int64_t unit = 0; unit < map.batch * tiles; ++unit) {
    const int64_t picture = unit / tiles * map.positions * map.channels;
    const int64_t first = unit % tiles * kTile;
    const int64_t last = first + kTile < map.positions ? first + kTile : map.positions;
    for (int64_t c = 0; c < map.channels; c += map.block) {
      for (int64_t p = first; p < last; ++p) {
        function(picture + p * map.channels + c, picture + c * map.positions + p * map.block);
      }
    }
  }
}

template <int kBlock>
void to_blocked(const BlockedMap& map, const float* x, float* out) {
  using B = Block<kBlock>;
  for_each_block(map, [=](int64_t plain, int64_t blocked) { B::store(out + blocked, B::load(x + plain)); });
}

template <int kBlock>
void from_blocked(const BlockedMap& map, const float* x, bool accumulate, float* out) {
  using B = Block<kBlock>;
  if (accumulate) {
    for_each_block(map, [=](int64_t plain, int64_t blocked) {
      B::store(out + plain, B::load(out + plain) + B::load(x + blocked));
    });
  } else {
    for_each_block(map, [=](int64_t plain, int64_t blocked) { B::store(out + plain, B::load(x + blocked)); });
  }
}

}  // namespace

void to_blocked(const BlockedMap& map, const float* x, float* out) {
  map.block == 16 ? to_blocked<16>(map, x, out) : to_blocked<8>(map, x, out);
}

void from_blocked(const BlockedMap& map, const float* x, bool accumulate, float* out) {
  map.block == 16 ? from_blocked<16>(map, x, accumulate, out) : from_blocked<8>(map, x, accumulate, out);
}

}  // namespace redraw::cpu::REDRAW_ISA
