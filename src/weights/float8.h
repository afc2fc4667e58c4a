// The 8-bit floats of the Open Compute Project's OFP8 specification to float32: tables, since there are 256 of each.
#pragma once

#include <array>
#include <cstdint>

namespace redraw {

using Float8Table = std::array<float, 256>;

/// F8_E4M3, the "fn" kind (torch.float8_e4m3fn): bias 7, no infinities, 0x7F and 0xFF are NaN, the largest is 448.
extern const Float8Table kFloat8E4M3;
/// F8_E5M2 (torch.float8_e5m2): bias 15, the upper half of a float16 with its infinities and NaNs.
extern const Float8Table kFloat8E5M2;

}  // namespace redraw
