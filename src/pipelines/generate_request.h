// What is to be made, and how its steps were laid out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "checkpoint/model_spec.h"
#include "diffusion/run_plan.h"
#include "image/image.h"
#include "ops/wrap_axes.h"
#include "pipelines/guidance.h"
#include "pipelines/latent_effects.h"
#include "pipelines/latent_noise.h"

namespace redraw {

/// Text to image in two passes: at a size the model knows, then, enlarged in latents, image to image at the size asked.
struct HiresFix {
  int64_t width = 0;  ///< of the first pass, a multiple of 8
  int64_t height = 0;
  double strength = 0.75;  ///< of the second
};

/// What is to be made. Every field is final: where values come from is decided above (request).
struct GenerateRequest {
  std::string prompt = {};
  std::string negative = {};
  Guidance guidance = {};
  RunChoice run = {};    ///< has_picture follows from init, full_strength_is_noise from the model
  int64_t width = 512;   ///< a multiple of 8
  int64_t height = 512;  ///< a multiple of 8
  /// One for each picture of the batch, at least one. All else is the same for all of them.
  std::vector<NoiseRequest> noise = {NoiseRequest{}};
  const Image* init = nullptr;  ///< width x height; null: text to image
  bool vae_sample = false;      ///< draw from the posterior of the picture, not its mean
  int64_t clip_skip = 1;        ///< which of the text encoder's layers is taken, see TextEncoders::encode
  WrapAxes seamless = {};       ///< axes on which every convolution wraps around, so that the picture tiles
  LatentEffects effects = {};
  std::optional<HiresFix> hires_fix = {};  ///< text to image only
  /// Let each network go when its part of the run is done, against a limit on memory (memory_need.h).
  bool is_releasing = false;
  bool has_previews = false;  ///< pictures are decoded between the steps

  int64_t pictures() const { return std::ssize(noise); }
};

/// What will be run, known before the first call of the network.
struct GeneratePlan {
  RunPlan run;
  std::optional<RunPlan> first_pass;  ///< of HiresFix; `run` is then the second

  /// Of one picture, in both passes.
  int64_t steps_to_run() const { return run.steps_to_run() + (first_pass ? first_pass->steps_to_run() : 0); }
  /// Whether the sampler's decisions look at the whole latent: then the pictures of a batch run one after the other.
  bool couples_pictures() const {
    return run.sampling.sampler->couples_elements || (first_pass && first_pass->sampling.sampler->couples_elements);
  }
};

/// Checks the request against the model and lays out its steps, without computing anything. Throws Error: bad_size,
/// out_of_range, not_a_number, unknown_name, usage, each naming the field and its range; model_part_missing when a
/// picture is to be encoded and there is no encoder.
GeneratePlan plan_generation(const ModelSpec& model, const GenerateRequest& request);

/// Whether the negative prompt counts: some step is guided, or the sampler wants the unconditional half.
bool takes_negative(const GenerateRequest& request, const GeneratePlan& plan);

}  // namespace redraw
