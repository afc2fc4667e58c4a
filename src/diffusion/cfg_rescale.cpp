#include "diffusion/cfg_rescale.h"

#include <cmath>
#include <string>

#include "base/decimal.h"
#include "base/error.h"

namespace redraw {
namespace {

// sqrt(n - 1) times the standard deviation: the factor falls out of the ratio.
double spread(std::span<const float> values) {
  double mean = 0;
  for (float x : values) mean += x;
  mean /= static_cast<double>(values.size());
  double squares = 0;
  for (float x : values) squares += (x - mean) * (x - mean);
  return std::sqrt(squares);
}

}  // namespace

void rescale_guidance(double multiplier, std::span<const float> conditional, std::span<float> guided) {
  if (!(multiplier >= 0 && multiplier <= 1)) {
    throw Error(Code::out_of_range, "cfg_rescale is " + decimal(multiplier) + ", but must be 0 to 1");
  }
  if (conditional.size() != guided.size()) {
    throw Error(Code::internal, "cfg_rescale: " + std::to_string(conditional.size()) + " conditional and " +
                                    std::to_string(guided.size()) + " guided numbers");
  }
  if (multiplier == 0) return;
  const double guided_spread = spread(guided);
  if (guided_spread == 0) return;
  const auto factor = static_cast<float>(multiplier * spread(conditional) / guided_spread + (1 - multiplier));
  for (float& x : guided) x *= factor;
}

}  // namespace redraw
