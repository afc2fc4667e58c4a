// The natural logarithm as numpy takes it of float32 numbers.
#pragma once

namespace redraw {

/// numpy 2's float32 log, to the bit (its loops_exponent_log, for processors with FMA). It misses the nearest float32
/// for one number in ten or five. Two things in the reference notice that: DEIS's coefficients, differences in which
/// most digits cancel, and timesteps that are cut to whole numbers. x: positive and normal.
float numpy_log(float x);

}  // namespace redraw
