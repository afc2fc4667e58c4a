#include "weights/float8.h"

#include <bit>
#include <cstddef>

#include "base/half.h"

namespace redraw {
namespace {

constexpr float power_of_two(int exponent) {
  return std::bit_cast<float>(static_cast<uint32_t>(exponent + 127) << 23);
}

constexpr float e4m3_to_float(uint32_t bits) {
  const int exponent = static_cast<int>(bits >> 3 & 0xF);
  const auto mantissa = static_cast<float>(bits & 7);
  const uint32_t sign = (bits & 0x80) << 24;
  if ((bits & 0x7F) == 0x7F) return std::bit_cast<float>(sign | 0x7FC00000u);
  // Eighths of 2^(exponent - 7), with a one in front unless it is subnormal.
  const float magnitude = exponent == 0 ? mantissa * power_of_two(-9) : (8 + mantissa) * power_of_two(exponent - 10);
  return std::bit_cast<float>(std::bit_cast<uint32_t>(magnitude) | sign);
}

template <typename Convert>
constexpr Float8Table table_of(Convert convert) {
  Float8Table table{};
  for (size_t bits = 0; bits < table.size(); ++bits) table[bits] = convert(static_cast<uint32_t>(bits));
  return table;
}

}  // namespace

constexpr Float8Table kFloat8E4M3 = table_of(e4m3_to_float);
constexpr Float8Table kFloat8E5M2 =
    table_of([](uint32_t bits) { return half_to_float(static_cast<uint16_t>(bits << 8)); });

static_assert(kFloat8E4M3[0x7E] == 448.0f && kFloat8E4M3[0x81] == -0x1p-9f && kFloat8E5M2[0x7B] == 57344.0f);

}  // namespace redraw
