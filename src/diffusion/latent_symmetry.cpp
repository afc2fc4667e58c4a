#include "diffusion/latent_symmetry.h"

#include <algorithm>
#include <string>

#include "base/decimal.h"
#include "base/error.h"

namespace redraw {

void mirror_left_to_right(const LatentShape& shape, std::span<float> latent) {
  check_latent_size(shape, latent.size(), "symmetry");
  for (int64_t y = 0; y < shape.height; ++y) {
    for (int64_t x = 0; x < shape.width / 2; ++x) {
      std::copy_n(latent.begin() + static_cast<ptrdiff_t>(shape.index(0, y, x)), shape.channels,
                  latent.begin() + static_cast<ptrdiff_t>(shape.index(0, y, shape.width - 1 - x)));
    }
  }
}

void mirror_top_to_bottom(const LatentShape& shape, std::span<float> latent) {
  check_latent_size(shape, latent.size(), "symmetry");
  for (int64_t y = 0; y < shape.height / 2; ++y) {
    std::copy_n(latent.begin() + static_cast<ptrdiff_t>(shape.index(0, y, 0)), shape.width * shape.channels,
                latent.begin() + static_cast<ptrdiff_t>(shape.index(0, shape.height - 1 - y, 0)));
  }
}

int64_t symmetry_step(double time, int64_t steps) {
  if (!(time > 0 && time <= 1)) {
    throw Error(Code::out_of_range, "the time of symmetry is " + decimal(time) + ", but must be above 0, at most 1");
  }
  if (steps < 1) throw Error(Code::out_of_range, "symmetry: " + std::to_string(steps) + " steps; at least 1 is run");
  int64_t step = 0;
  while (step < steps - 1 && static_cast<double>(step) / static_cast<double>(steps) < time) ++step;
  return step;
}

}  // namespace redraw
