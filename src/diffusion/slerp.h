// From one noise to another on the arc between them, so that what comes out is as strong as the two.
#pragma once

#include <span>

namespace redraw {

/// out = sin((1 - t) w) / sin w * from + sin(t w) / sin w * to, w the angle between the two (Shoemake 1985, as InvokeAI
/// 2.x on the flattened tensors). Where |cos w| > 0.9995, along the line or against it, and where one is all zero, the
/// straight mean (1 - t) * from + t * to. The angle is computed in double precision, the sum in float32.
/// t in [0, 1]; 0 gives `from` and 1 gives `to`, byte for byte. `out` may be `from` or `to`.
/// Throws Error: out_of_range; internal unless all are as long as each other.
void slerp(double t, std::span<const float> from, std::span<const float> to, std::span<float> out);

}  // namespace redraw
