#include "diffusion/solver/numpy_log.h"

#include <array>
#include <cmath>
#include <numbers>

namespace redraw {
namespace {

// log(1 + z) is nearly z * kAbove(z) / kBelow(z) for z between sqrt(1/2) - 1 and sqrt(2) - 1; lowest power first.
constexpr std::array<float, 5> kAbove = {9.999999999999998702752e-01f, 2.112677543073053063722e+00f,
                                         1.480000633576506585156e+00f, 3.808837741388407920751e-01f,
                                         2.589979117907922693523e-02f};
constexpr std::array<float, 6> kBelow = {1.000000000000000000000e+00f, 2.612677543073109236779e+00f,
                                         2.453006071784736363091e+00f, 9.864942958519418960339e-01f,
                                         1.546476374983906719538e-01f, 5.875095403124574342950e-03f};

template <typename Coefficients>
float polynomial(const Coefficients& coefficients, float z) {
  float sum = coefficients.back();
  for (size_t k = coefficients.size() - 1; k-- > 0;) sum = std::fma(sum, z, coefficients[k]);
  return sum;
}

}  // namespace

float numpy_log(float x) {
  int exponent = 0;
  float mantissa = std::frexp(x, &exponent);  // in [0.5, 1)
  if (mantissa <= std::numbers::sqrt2_v<float> / 2.0f) {
    mantissa *= 2.0f;
    --exponent;
  }
  const float z = mantissa - 1.0f;
  const float log_mantissa = polynomial(kAbove, z) * z / polynomial(kBelow, z);
  return std::fma(static_cast<float>(exponent), std::numbers::ln2_v<float>, log_mantissa);
}

}  // namespace redraw
