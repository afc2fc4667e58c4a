// Scaled dot-product attention in one pass.
#pragma once

#include "ops/backend.h"

namespace redraw {

/// softmax(q k^T / sqrt(width)) v for each head (Vaswani et al. 2017). The score matrix is never held in memory.
/// q [N, Tq, heads * width], k and v [N, Tk, heads * width] -> [N, Tq, heads * width].
/// is_causal: token i sees tokens 0..i, and Tq must equal Tk.
/// Throws Error(bad_size) if shapes do not fit.
Tensor attention(Backend& backend, const Tensor& q, const Tensor& k, const Tensor& v, int64_t heads,
                 bool is_causal = false);

}  // namespace redraw
