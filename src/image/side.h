// The sides of a picture that is made: one range, and one message for what is outside it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace redraw {

/// Sides are multiples of this, the factor by which the autoencoder reduces.
inline constexpr int64_t kSideStep = 8;
inline constexpr int64_t kMinSide = 64;
inline constexpr int64_t kMaxSide = 8192;

/// "a multiple of 8, 64 to 8192"
std::string side_range();

/// Throws Error "FIELD is 500, but must be a multiple of 8, 64 to 8192; the nearest are 496 and 504": out_of_range
/// outside the range, bad_size between multiples.
void check_side(std::string_view field, int64_t side);

/// The same for a picture that was fitted into a size: its shorter side may be any multiple of 8 below 64.
void check_fitted_side(std::string_view field, int64_t side);

}  // namespace redraw
