#include "diffusion/slerp.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/decimal.h"
#include "base/error.h"

namespace redraw {
namespace {

constexpr double kParallelCosine = 0.9995;

struct Weights {
  double from;
  double to;
};

Weights weights(double t, std::span<const float> from, std::span<const float> to) {
  double dot = 0, from_square = 0, to_square = 0;
  for (size_t i = 0; i < from.size(); ++i) {
    dot += double{from[i]} * double{to[i]};
    from_square += double{from[i]} * double{from[i]};
    to_square += double{to[i]} * double{to[i]};
  }
  const double norms = std::sqrt(from_square) * std::sqrt(to_square);
  if (norms == 0 || std::abs(dot) > kParallelCosine * norms) return {1 - t, t};
  const double angle = std::acos(dot / norms);
  return {std::sin((1 - t) * angle) / std::sin(angle), std::sin(t * angle) / std::sin(angle)};
}

}  // namespace

void slerp(double t, std::span<const float> from, std::span<const float> to, std::span<float> out) {
  if (!(t >= 0 && t <= 1)) {
    throw Error(Code::out_of_range, "slerp: the part is " + decimal(t) + ", but must be 0 to 1");
  }
  if (from.size() != to.size() || from.size() != out.size()) {
    throw Error(Code::internal, "slerp: " + std::to_string(from.size()) + " and " + std::to_string(to.size()) +
                                    " numbers into " + std::to_string(out.size()));
  }
  if (t == 0 || t == 1) {  // the formula would turn -0 into 0
    const std::span<const float> end = t == 0 ? from : to;
    if (end.data() != out.data()) std::ranges::copy(end, out.begin());
    return;
  }
  const Weights w = weights(t, from, to);
  const float from_weight = static_cast<float>(w.from);
  const float to_weight = static_cast<float>(w.to);
  for (size_t i = 0; i < out.size(); ++i) out[i] = from_weight * from[i] + to_weight * to[i];
}

}  // namespace redraw
