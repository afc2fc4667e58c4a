// The processor's peak speed.
#pragma once

namespace redraw {

/// The peak that shares refer to: float32 operations a second of `threads` threads that only multiply and add in
/// registers. Measured now, the best of several tries over about 0.1 s. So it includes the clock under exactly this
/// load, which no data sheet tells.
double measure_peak_flops(int threads);

}  // namespace redraw
