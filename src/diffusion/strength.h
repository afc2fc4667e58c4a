// Strength: how many of the planned steps an image-to-image run takes.
#pragma once

#include <cstdint>

namespace redraw {

/// The last `run` of `steps` planned steps are taken, beginning at entry `begin` of the step table.
struct StrengthPlan {
  int64_t steps = 0;
  int64_t run = 0;
  int64_t begin = 0;  ///< steps - run
};

/// int(steps * strength): the product in double, truncated, as InvokeAI 2.x and diffusers 0.42.1 do. So 100 steps at
/// 0.29 are 28, because 100 * 0.29 is 28.999999999999996 in binary64. 0 when the strength is too small for one step.
/// steps >= 1 (else Error out_of_range); strength in (0, 1] (else Error out_of_range, or not_a_number).
int64_t steps_to_run(int64_t steps, double strength);

/// As steps_to_run, and Error(out_of_range) that names the smallest strength, or the fewest steps, that give one step
/// where there would be none. (InvokeAI 2.3 ran one step there all the same; we do not adjust what was asked for.)
StrengthPlan plan_strength(int64_t steps, double strength);

}  // namespace redraw
