#include "diffusion/strength.h"

#include <cmath>
#include <string>

#include "base/decimal.h"
#include "base/error.h"

namespace redraw {
namespace {

// The smallest strength of a few decimals that gives one step: 1/steps rounded up, and one notch more where the double
// product still falls short of 1.
double smallest_strength(int64_t steps) {
  double unit = 1e4;
  while (unit < 10.0 * static_cast<double>(steps)) unit *= 10.0;
  double notches = std::ceil(unit / static_cast<double>(steps));
  while (static_cast<double>(steps) * (notches / unit) < 1.0) notches += 1.0;
  return notches / unit;
}

// The fewest steps that give one at this strength; 0 when that is more than anyone plans.
int64_t fewest_steps(double strength) {
  constexpr double kMost = 1000.0;
  double steps = std::ceil(1.0 / strength);
  while (steps <= kMost && steps * strength < 1.0) steps += 1.0;
  return steps <= kMost ? static_cast<int64_t>(steps) : 0;
}

}  // namespace

int64_t steps_to_run(int64_t steps, double strength) {
  if (steps < 1) throw Error(Code::out_of_range, "steps is " + std::to_string(steps) + ", but must be at least 1");
  if (std::isnan(strength)) {
    throw Error(Code::not_a_number, "strength is not a number, but must be above 0, at most 1");
  }
  if (!(strength > 0.0 && strength <= 1.0)) {
    throw Error(Code::out_of_range, "strength is " + decimal(strength) + ", but must be above 0, at most 1");
  }
  if (strength == 1.0) return steps;  // where the product of a huge count, rounded up, would not fit
  return static_cast<int64_t>(static_cast<double>(steps) * strength);
}

StrengthPlan plan_strength(int64_t steps, double strength) {
  const int64_t run = steps_to_run(steps, strength);
  if (run == 0) {
    const int64_t fewest = fewest_steps(strength);
    throw Error(Code::out_of_range, "strength " + decimal(strength) + " of " + std::to_string(steps) +
                                        " steps leaves no step to run; use a strength of at least " +
                                        decimal(smallest_strength(steps)) +
                                        (fewest == 0 ? "" : ", or at least " + std::to_string(fewest) + " steps"));
  }
  return {.steps = steps, .run = run, .begin = steps - run};
}

}  // namespace redraw
