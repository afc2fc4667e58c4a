// Heun's method as k-diffusion 0.1.1 has it (sample_heun without churn): diffusers' step on k-diffusion's levels.
#include "diffusion/samplers/list.h"
#include "diffusion/solver/k_diffusion.h"

namespace redraw::k_heun {

const SamplerInfo kKHeun = {.name = "k_heun",
                            .aliases = {},
                            .scheduler_class = "",
                            .source = "k-diffusion 0.1.1",
                            .calls_per_step = 2,
                            .adopt = adopt_for_k_diffusion,
                            .steps = k_diffusion_steps,
                            .run = run_heun};

}  // namespace redraw::k_heun
