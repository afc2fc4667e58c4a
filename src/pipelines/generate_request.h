// The request of a generation, and the plan of its steps.
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

/// Text to image in two passes. The first runs at a size the model knows. Its latents are enlarged, and the second pass
/// is image to image at the requested size.
struct HiresFix {
  int64_t width = 0;  ///< of the first pass, a multiple of 8
  int64_t height = 0;
  double strength = 0.75;  ///< of the second pass
};

/// What to make. Every field is final: the level above (request) has decided all values.
struct GenerateRequest {
  std::string prompt = {};
  std::string negative = {};
  Guidance guidance = {};
  RunChoice run = {};    ///< has_picture follows from init, full_strength_is_noise from the model
  int64_t width = 512;   ///< a multiple of 8
  int64_t height = 512;  ///< a multiple of 8
  /// One for each picture of the batch, at least one. Everything else is the same for all pictures.
  std::vector<NoiseRequest> noise = {NoiseRequest{}};
  const Image* init = nullptr;  ///< width x height; null: text to image
  bool vae_sample = false;      ///< draw from the picture's posterior instead of taking its mean
  int64_t clip_skip = 1;        ///< which layer of the text encoder is used, see TextEncoders::encode
  WrapAxes seamless = {};       ///< axes on which every convolution wraps around, so that the picture tiles
  LatentEffects effects = {};
  std::optional<HiresFix> hires_fix = {};  ///< text to image only
  /// Free each network when its part of the run is done, because of a limit on memory (memory_need.h).
  bool is_releasing = false;
  bool has_previews = false;  ///< pictures are decoded between the steps

  int64_t pictures() const { return std::ssize(noise); }
};

/// What will run, known before the first call of the network.
struct GeneratePlan {
  RunPlan run;
  std::optional<RunPlan> first_pass;  ///< of HiresFix; `run` is then the second pass

  /// For one picture, in both passes.
  int64_t steps_to_run() const { return run.steps_to_run() + (first_pass ? first_pass->steps_to_run() : 0); }
  /// Whether the sampler's decisions look at the whole latent. If so, the pictures of a batch run one after the other.
  bool couples_pictures() const {
    return run.sampling.sampler->couples_elements || (first_pass && first_pass->sampling.sampler->couples_elements);
  }
};

/// Checks the request against the model and plans its steps, without computing anything. Throws Error: bad_size,
/// out_of_range, not_a_number, unknown_name, usage, each naming the field and its range; model_part_missing if a
/// picture is to be encoded and there is no encoder.
GeneratePlan plan_generation(const ModelSpec& model, const GenerateRequest& request);

/// Whether the negative prompt counts: some step is guided, or the sampler needs the unconditional half.
bool takes_negative(const GenerateRequest& request, const GeneratePlan& plan);

}  // namespace redraw
