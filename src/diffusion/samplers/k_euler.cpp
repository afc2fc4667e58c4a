// Euler's method as k-diffusion 0.1.1 has it (sample_euler without churn): diffusers' step on k-diffusion's levels.
#include "diffusion/samplers/list.h"
#include "diffusion/solver/k_diffusion.h"

namespace redraw::k_euler {

const SamplerInfo kKEuler = {.name = "k_euler",
                             .aliases = {},
                             .scheduler_class = "",
                             .source = "k-diffusion 0.1.1",
                             .adopt = adopt_for_k_diffusion,
                             .steps = k_diffusion_steps,
                             .run = run_euler};

}  // namespace redraw::k_euler
