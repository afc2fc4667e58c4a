// The steps of a run, on one picture or a batch.
#pragma once

#include <memory>
#include <span>

#include "pipelines/batch_noise.h"
#include "pipelines/encode_prompts.h"
#include "pipelines/generate_events.h"
#include "pipelines/generate_request.h"
#include "pipelines/stable_diffusion.h"

namespace redraw {

/// One pass over some pictures of the batch: its plan, the size, and the network's other input.
struct DenoisePass {
  const RunPlan& plan;
  LatentShape shape = {};      ///< of one picture
  Tensor extra_channels = {};  ///< [1, h, w, c] or empty
  int64_t first_picture = 0;   ///< first of the pictures; their number is the noise's
};

/// Takes the steps of a run's passes, one pass after the other. Holds the UNet.
class Denoiser {
 public:
  /// Everything must outlive the object. steps: the planned number in all passes together.
  Denoiser(const StableDiffusion& model, const GenerateRequest& request, const PromptsForRun& prompts,
           const GenerateEvents& events, int64_t steps)
      : model_(model),
        request_(request),
        prompts_(prompts),
        events_(events),
        steps_planned_(steps),
        unet_(model.unet()) {}

  /// latents: those of all pictures of the pass. Throws Cancelled; Error(model_not_finite).
  void operator()(const DenoisePass& pass, BatchNoise& noise, std::span<float> latents);

  int64_t steps_run() const { return steps_run_; }
  int64_t network_rows() const { return network_rows_; }

 private:
  const StableDiffusion& model_;
  const GenerateRequest& request_;
  const PromptsForRun& prompts_;
  const GenerateEvents& events_;
  int64_t steps_planned_;  ///< in the passes to come
  std::shared_ptr<const UNet> unet_;
  int64_t steps_run_ = 0;
  int64_t network_rows_ = 0;
};

}  // namespace redraw
