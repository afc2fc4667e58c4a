#include "weights/gguf/dequantise.h"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>

#include "base/error.h"
#include "base/half.h"

namespace redraw {
namespace {

static_assert(std::endian::native == std::endian::little, "the blocks are little-endian");

// The blocks as they are stored. Those of 32 elements hold element i in the lower half of byte i and element i + 16 in
// the upper one; a fifth bit, where there is one, is bit i of `fifth_bits`.
constexpr int kSmallBlock = 32;

struct BlockQ4_0 {
  static constexpr int kElements = kSmallBlock;
  uint16_t scale;
  std::array<uint8_t, 16> halves;
};
struct BlockQ4_1 {
  static constexpr int kElements = kSmallBlock;
  uint16_t scale;
  uint16_t minimum;
  std::array<uint8_t, 16> halves;
};
struct BlockQ5_0 {
  static constexpr int kElements = kSmallBlock;
  uint16_t scale;
  std::array<uint16_t, 2> fifth_bits;
  std::array<uint8_t, 16> halves;
};
struct BlockQ5_1 {
  static constexpr int kElements = kSmallBlock;
  uint16_t scale;
  uint16_t minimum;
  std::array<uint16_t, 2> fifth_bits;
  std::array<uint8_t, 16> halves;
};
struct BlockQ8_0 {
  static constexpr int kElements = kSmallBlock;
  uint16_t scale;
  std::array<int8_t, 32> values;
};

// Those of 256 elements are made of groups with a small integer each that multiplies the common scale.
constexpr int kLargeBlock = 256;

struct BlockQ4_K {
  static constexpr int kElements = kLargeBlock;
  uint16_t scale;
  uint16_t minimum;
  std::array<uint8_t, 12> packed;  // eight factors of 6 bits for the scale and eight for the minimum
  std::array<uint8_t, 128> halves;
};
struct BlockQ5_K {
  static constexpr int kElements = kLargeBlock;
  uint16_t scale;
  uint16_t minimum;
  std::array<uint8_t, 12> packed;
  std::array<uint8_t, 32> fifth_bits;
  std::array<uint8_t, 128> halves;
};
struct BlockQ6_K {
  static constexpr int kElements = kLargeBlock;
  std::array<uint8_t, 128> halves;
  std::array<uint8_t, 64> upper_bits;
  std::array<int8_t, 16> factors;
  uint16_t scale;
};

int half_of(uint8_t byte, bool upper) {
  return upper ? byte >> 4 : byte & 0xF;
}

uint32_t bits_of(const std::array<uint16_t, 2>& words) {
  return words[0] | static_cast<uint32_t>(words[1]) << 16;
}

void expand(const BlockQ4_0& block, float* to) {
  const float scale = half_to_float(block.scale);
  for (int i = 0; i < kSmallBlock; ++i) {
    to[i] = scale * static_cast<float>(half_of(block.halves[i % 16], i >= 16) - 8);
  }
}

void expand(const BlockQ4_1& block, float* to) {
  const float scale = half_to_float(block.scale);
  const float minimum = half_to_float(block.minimum);
  for (int i = 0; i < kSmallBlock; ++i) {
    to[i] = scale * static_cast<float>(half_of(block.halves[i % 16], i >= 16)) + minimum;
  }
}

template <typename Block>
int five_bits(const Block& block, int i) {
  const auto fifth = static_cast<int>(bits_of(block.fifth_bits) >> i & 1u);
  return half_of(block.halves[i % 16], i >= 16) | fifth << 4;
}

void expand(const BlockQ5_0& block, float* to) {
  const float scale = half_to_float(block.scale);
  for (int i = 0; i < kSmallBlock; ++i) to[i] = scale * static_cast<float>(five_bits(block, i) - 16);
}

void expand(const BlockQ5_1& block, float* to) {
  const float scale = half_to_float(block.scale);
  const float minimum = half_to_float(block.minimum);
  for (int i = 0; i < kSmallBlock; ++i) to[i] = scale * static_cast<float>(five_bits(block, i)) + minimum;
}

void expand(const BlockQ8_0& block, float* to) {
  const float scale = half_to_float(block.scale);
  for (int i = 0; i < kSmallBlock; ++i) to[i] = scale * static_cast<float>(block.values[i]);
}

/// What a group of 32 elements multiplies the block's scale and minimum with: 6 bits each. Those of the first four
/// groups are the lower bits of bytes 0-3 and 4-7. Those of the other four have their lower half in bytes 8-11 (scale
/// below, minimum above), and their two upper bits where the first four left two free.
struct Factors {
  float scale;
  float minimum;
};
Factors factors_of(const std::array<uint8_t, 12>& packed, int group) {
  int scale = packed[group % 4];
  int minimum = packed[4 + group % 4];
  if (group < 4) {
    scale &= 0x3F;
    minimum &= 0x3F;
  } else {
    const uint8_t lower = packed[4 + group];
    scale = (lower & 0xF) | scale >> 6 << 4;
    minimum = lower >> 4 | minimum >> 6 << 4;
  }
  return {static_cast<float>(scale), static_cast<float>(minimum)};
}

// Two groups share 32 bytes: one has the lower halves, the next the upper ones.
template <typename Block>
int four_bits(const Block& block, int group, int i) {
  return half_of(block.halves[group / 2 * 32 + i], group % 2 == 1);
}

template <typename Block, typename Value>
void expand_groups(const Block& block, float* to, Value value) {
  const float block_scale = half_to_float(block.scale);
  const float block_minimum = half_to_float(block.minimum);
  for (int group = 0; group < 8; ++group) {
    const Factors factors = factors_of(block.packed, group);
    const float scale = block_scale * factors.scale;
    const float minimum = block_minimum * factors.minimum;
    for (int i = 0; i < 32; ++i) to[group * 32 + i] = scale * static_cast<float>(value(group, i)) - minimum;
  }
}

void expand(const BlockQ4_K& block, float* to) {
  expand_groups(block, to, [&](int group, int i) { return four_bits(block, group, i); });
}

void expand(const BlockQ5_K& block, float* to) {
  expand_groups(block, to,
                [&](int group, int i) { return four_bits(block, group, i) | (block.fifth_bits[i] >> group & 1) << 4; });
}

// Two halves of 128 elements. In each, element 32 * quarter + i has its lower bits in byte i or 32 + i (two quarters
// share the 64 bytes) and its upper two in byte i of the half's 32. A factor belongs to 16 elements.
void expand(const BlockQ6_K& block, float* to) {
  const float block_scale = half_to_float(block.scale);
  for (int i = 0; i < kLargeBlock; ++i) {
    const int half = i / 128;
    const int quarter = i % 128 / 32;
    const int lower = half_of(block.halves[half * 64 + quarter % 2 * 32 + i % 32], quarter >= 2);
    const int upper = block.upper_bits[half * 32 + i % 32] >> (2 * quarter) & 3;
    const float scale = block_scale * static_cast<float>(block.factors[i / 16]);
    to[i] = scale * static_cast<float>((lower | upper << 4) - 32);
  }
}

// The blocks need not be aligned in the file: each is copied out.
template <typename Block>
void expand_all(std::span<const std::byte> from, std::span<float> to) {
  static_assert(std::is_trivially_copyable_v<Block>);
  Block block;
  for (size_t i = 0; i < to.size() / Block::kElements; ++i) {
    std::memcpy(&block, from.data() + i * sizeof(Block), sizeof(Block));
    expand(block, to.data() + i * Block::kElements);
  }
}

struct BlockFormat {
  DType dtype;
  size_t elements;
  size_t bytes;
  void (*expand)(std::span<const std::byte> from, std::span<float> to);
};
template <typename Block>
constexpr BlockFormat row(DType dtype) {
  return {dtype, Block::kElements, sizeof(Block), expand_all<Block>};
}
constexpr auto kBlockFormats = std::to_array<BlockFormat>({
    row<BlockQ4_0>(DType::q4_0),
    row<BlockQ4_1>(DType::q4_1),
    row<BlockQ5_0>(DType::q5_0),
    row<BlockQ5_1>(DType::q5_1),
    row<BlockQ8_0>(DType::q8_0),
    row<BlockQ4_K>(DType::q4_k),
    row<BlockQ5_K>(DType::q5_k),
    row<BlockQ6_K>(DType::q6_k),
});

const BlockFormat* row_of(DType dtype) {
  for (const BlockFormat& row : kBlockFormats) {
    if (row.dtype == dtype) return &row;
  }
  return nullptr;
}

}  // namespace

bool is_quantised(DType dtype) {
  return row_of(dtype) != nullptr;
}

void dequantise(DType dtype, std::span<const std::byte> from, std::span<float> to) {
  const BlockFormat* row = row_of(dtype);
  if (row == nullptr || to.size() % row->elements != 0 || from.size() != to.size() / row->elements * row->bytes) {
    throw Error(Code::internal, "elements of type " + std::string(dtype_name(dtype)) + " are not whole blocks");
  }
  row->expand(from, to);
}

}  // namespace redraw
