// Linear multistep, order 4, as k-diffusion 0.1.1 has it (sample_lms): the order grows with the steps taken, so that a
// run that begins in the middle of the table starts like any other. Stable Diffusion's first default sampler.
#include "diffusion/samplers/list.h"
#include "diffusion/solver/k_diffusion.h"

namespace redraw::k_lms {
namespace {

bool run(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent) {
  return run_lms(plan, run, latent, LmsOrder::steps_taken);
}

}  // namespace

const SamplerInfo kKLms = {.name = "k_lms",
                           .aliases = {},
                           .scheduler_class = "",
                           .source = "k-diffusion 0.1.1",
                           .adopt = adopt_for_k_diffusion,
                           .steps = k_diffusion_steps,
                           .run = run};

}  // namespace redraw::k_lms
