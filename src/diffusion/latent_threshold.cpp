#include "diffusion/latent_threshold.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/decimal.h"
#include "base/error.h"

namespace redraw {
namespace {

constexpr double kWarmUp = 0.2;    ///< of the steps, in which the limit is higher
constexpr double kExtraLimit = 5;  ///< of the threshold, at the first step
constexpr double kKeptPart = 0.7;  ///< of the largest value, where it is beyond the limit

void check_threshold(double threshold) {
  if (threshold >= 0 && threshold <= kMaxThreshold) return;
  throw Error(Code::out_of_range,
              "threshold is " + decimal(threshold) + ", but must be 0 to " + decimal(kMaxThreshold));
}

double top_of(double largest, double limit) {
  return std::min(std::max(kKeptPart * largest, 1.0), limit);
}

// sign 1: the values above `top` become uniform ones in [0, top); sign -1: the same below zero.
int64_t replace_above(float top, float sign, const UniformSource& uniform, const LatentShape& shape,
                      std::span<float> latent) {
  std::vector<size_t> beyond;
  for (int64_t c = 0; c < shape.channels; ++c) {
    for (int64_t y = 0; y < shape.height; ++y) {
      for (int64_t x = 0; x < shape.width; ++x) {
        if (sign * latent[shape.index(c, y, x)] > top) beyond.push_back(shape.index(c, y, x));
      }
    }
  }
  std::vector<float> values(beyond.size());
  uniform(values);
  for (size_t i = 0; i < beyond.size(); ++i) latent[beyond[i]] = values[i] * (sign * top);
  return static_cast<int64_t>(beyond.size());
}

}  // namespace

int64_t replace_beyond_threshold(double threshold, double progress, const UniformSource& uniform,
                                 const LatentShape& shape, std::span<float> latent) {
  check_threshold(threshold);
  if (!(progress >= 0 && progress <= 1)) {
    throw Error(Code::out_of_range, "threshold: the progress is " + decimal(progress) + ", but must be 0 to 1");
  }
  check_latent_size(shape, latent.size(), "threshold");
  if (threshold == 0) return 0;
  const double limit = progress < kWarmUp ? threshold + kExtraLimit * threshold * (1 - progress / kWarmUp) : threshold;
  const auto [smallest, largest] = std::ranges::minmax(latent);  // of before: what replaces a value is within both
  int64_t replaced = 0;
  if (largest > limit) {
    replaced += replace_above(static_cast<float>(top_of(largest, limit)), 1, uniform, shape, latent);
  }
  if (smallest < -limit) {
    replaced += replace_above(static_cast<float>(top_of(-smallest, limit)), -1, uniform, shape, latent);
  }
  return replaced;
}

double eased_in_limit(double threshold, int64_t steps, int64_t call) {
  check_threshold(threshold);
  if (steps < 1 || call < 0) {
    throw Error(Code::out_of_range, "threshold: call " + std::to_string(call) + " of " + std::to_string(steps) +
                                        " steps; calls count from 0, and there is at least one step");
  }
  const double warm_up = std::max(0.8 * static_cast<double>(steps), static_cast<double>(steps - 10));
  const double n = std::max(warm_up / 10, 1.0) + static_cast<double>(call);
  if (n >= warm_up) return threshold;
  return std::min(std::max(1 + (threshold - 1) * (n / warm_up), 1.0), threshold);
}

void clamp_to_limit(double limit, std::span<float> prediction) {
  check_threshold(limit);
  if (limit == 0 || prediction.empty()) return;
  const auto [smallest, largest] = std::ranges::minmax(prediction);
  const float top = largest > limit ? static_cast<float>(top_of(largest, limit)) : largest;
  const float bottom = smallest < -limit ? static_cast<float>(-top_of(-smallest, limit)) : smallest;
  for (float& x : prediction) x = std::min(std::max(x, bottom), top);
}

}  // namespace redraw
