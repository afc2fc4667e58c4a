#include "ops/timestep_embedding.h"

#include <cmath>

#include "base/error.h"

namespace redraw {

Tensor timestep_embedding(std::span<const float> values, int64_t width, bool flip_sin_to_cos, float freq_shift) {
  const int64_t half = width / 2;
  if (half < 1 || static_cast<float>(half) == freq_shift) {
    throw Error(Code::bad_size, "timestep_embedding: the width " + std::to_string(width) + " is too small");
  }
  Tensor out = Tensor::zeros({static_cast<int64_t>(values.size()), width});
  const float log_period = static_cast<float>(-std::log(10000.0));
  for (size_t n = 0; n < values.size(); ++n) {
    float* row = out.data() + static_cast<int64_t>(n) * width;
    for (int64_t i = 0; i < half; ++i) {
      const float exponent = log_period * static_cast<float>(i) / (static_cast<float>(half) - freq_shift);
      const float angle = values[n] * std::exp(exponent);
      row[i] = flip_sin_to_cos ? std::cos(angle) : std::sin(angle);
      row[half + i] = flip_sin_to_cos ? std::sin(angle) : std::cos(angle);
    }
  }
  return out;
}

}  // namespace redraw
