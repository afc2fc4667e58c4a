// What the processor could do at most.
#pragma once

namespace redraw {

/// float32 operations a second of `threads` threads that do nothing but multiply and add in registers, measured now,
/// over about 0.1 s, the best of several tries: what a share of the peak refers to. The clock under exactly this kind
/// of load is in it, which a data sheet would not tell.
double measure_peak_flops(int threads);

}  // namespace redraw
