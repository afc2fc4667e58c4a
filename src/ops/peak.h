// What the processor could do at most.
#pragma once

namespace redraw {

/// What a share of the peak refers to: float32 operations a second of `threads` threads that only multiply and add in
/// registers. Measured now, the best of several tries over about 0.1 s. So the clock under exactly this load is in it;
/// a data sheet would not tell that.
double measure_peak_flops(int threads);

}  // namespace redraw
