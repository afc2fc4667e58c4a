// The names of the elementwise nonlinearities; activation.h defines them.
#pragma once

namespace redraw {

enum class Activation { none, silu, gelu, gelu_tanh, quick_gelu, relu };

}  // namespace redraw
