// The shape of one picture's latent, and the order of its numbers here and in the reference.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace redraw {

/// One latent, channels-last: the number of a channel at (y, x) lies at (y * width + x) * channels + channel. The
/// reference keeps [channels, height, width]; where random numbers are dealt out, its order decides who gets which.
struct LatentShape {
  int64_t height = 0;
  int64_t width = 0;
  int64_t channels = 0;

  size_t index(int64_t channel, int64_t y, int64_t x) const {
    return static_cast<size_t>((y * width + x) * channels + channel);
  }
};

/// Throws Error(internal) naming `what` unless `count` numbers are what the shape holds and no side is below 1.
void check_latent_size(const LatentShape& shape, size_t count, std::string_view what);

}  // namespace redraw
