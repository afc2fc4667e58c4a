#include "diffusion/latent_resize.h"

#include <algorithm>

#include "base/error.h"

namespace redraw {
namespace {

// The two source positions of each target position, and the share of the second.
struct Tap {
  int64_t low;
  int64_t high;
  float share;
};

std::vector<Tap> taps(int64_t from, int64_t to) {
  std::vector<Tap> result;
  const float ratio = static_cast<float>(from) / static_cast<float>(to);
  for (int64_t i = 0; i < to; ++i) {
    const float centre = std::max(0.0f, (static_cast<float>(i) + 0.5f) * ratio - 0.5f);
    const int64_t low = std::min(static_cast<int64_t>(centre), from - 1);
    result.push_back({low, std::min(low + 1, from - 1), centre - static_cast<float>(low)});
  }
  return result;
}

}  // namespace

std::vector<float> resize_latent(std::span<const float> latent, const LatentShape& from, const LatentShape& to) {
  check_latent_size(from, latent.size(), "resize_latent");
  if (from.channels != to.channels) throw Error(Code::internal, "resize_latent: the channels differ");
  const std::vector<Tap> rows = taps(from.height, to.height);
  const std::vector<Tap> columns = taps(from.width, to.width);
  std::vector<float> out(static_cast<size_t>(to.height * to.width * to.channels));
  for (int64_t y = 0; y < to.height; ++y) {
    const Tap& row = rows[static_cast<size_t>(y)];
    for (int64_t x = 0; x < to.width; ++x) {
      const Tap& column = columns[static_cast<size_t>(x)];
      for (int64_t c = 0; c < to.channels; ++c) {
        const auto along = [&](int64_t at) {
          const float left = latent[from.index(c, at, column.low)];
          return left + column.share * (latent[from.index(c, at, column.high)] - left);
        };
        const float above = along(row.low);
        out[to.index(c, y, x)] = above + row.share * (along(row.high) - above);
      }
    }
  }
  return out;
}

}  // namespace redraw
