#include "diffusion/latent_shape.h"

#include <string>

#include "base/checked.h"

namespace redraw {

void check_latent_size(const LatentShape& shape, size_t count, std::string_view what) {
  if (shape.height >= 1 && shape.width >= 1 && shape.channels >= 1) {
    const int64_t positions = checked_mul(shape.height, shape.width, Code::internal, what);
    if (static_cast<uint64_t>(checked_mul(positions, shape.channels, Code::internal, what)) == count) return;
  }
  throw Error(Code::internal, std::string(what) + ": " + std::to_string(count) + " numbers for a latent of height " +
                                  std::to_string(shape.height) + ", width " + std::to_string(shape.width) + " and " +
                                  std::to_string(shape.channels) + " channels");
}

}  // namespace redraw
