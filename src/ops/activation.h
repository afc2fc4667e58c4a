// Elementwise nonlinearities and softmax.
#pragma once

#include "ops/backend.h"

namespace redraw {

/// silu: x * sigmoid(x). gelu: x * Phi(x), exact. gelu_tanh: its tanh approximation (Hendrycks and Gimpel 2016).
/// quick_gelu: x * sigmoid(1.702 x), as OpenAI's CLIP. relu: x where it is not negative, else 0; NaN stays NaN.
/// The storage is reused if the caller gives up its handle.
Tensor activate(Backend& backend, Tensor x, Activation activation);

/// exp(x - max) / sum over the last axis.
Tensor softmax(Backend& backend, const Tensor& x);

}  // namespace redraw
