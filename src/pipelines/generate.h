// Text to image and image to image, from a checked request to a picture.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "diffusion/sampler.h"
#include "pipelines/stable_diffusion.h"

namespace redraw {

/// What is to be made. Every field is final: where values come from is decided above (app).
struct GenerateRequest {
  std::string prompt;
  std::string negative;
  double cfg_scale = 7.5;  ///< guidance; 1 or less: none, and the negative prompt counts for nothing
  std::string sampler = "ddim";
  int64_t steps = 30;
  int64_t width = 512;   ///< a multiple of 8
  int64_t height = 512;  ///< a multiple of 8
  uint64_t seed = 0;
  std::string noise = "torch-cpu";
  const Image* init = nullptr;  ///< width x height; null: text to image
  double strength = 0.75;       ///< of image to image, in (0, 1]
  bool vae_sample = false;      ///< draw from the posterior of the picture, not its mean
  WrapAxes seamless{};          ///< axes along which the picture tiles without a seam
};

/// What will be run, known before the first call of the network.
struct GeneratePlan {
  SamplingPlan sampling;
  int64_t begin = 0;  ///< first step of the table that is run

  int64_t steps() const { return sampling.table.steps(); }
  int64_t steps_to_run() const { return steps() - begin; }
  double first_timestep() const { return sampling.table.timesteps[static_cast<size_t>(begin)]; }
  double first_sigma() const { return sampling.table.sigmas[static_cast<size_t>(begin)]; }
};

/// Checks the request against the model and lays out its steps, without computing anything. Throws Error: bad_size,
/// out_of_range, not_a_number, unknown_name, each naming the field and its range.
GeneratePlan plan_generation(const ModelSpec& model, const GenerateRequest& request);

/// A step that has been taken.
struct GenerateStep {
  int64_t index = 0;  ///< 0-based among the executed
  int64_t count = 0;  ///< how many will be executed
  double timestep = 0;
  double sigma = 0;
  double seconds = 0;  ///< this step's
  /// A picture of the latent after the step, decoded when called: the cost is the caller's choice.
  std::function<Image()> preview;
};

struct GenerateResult {
  std::optional<Image> image;  ///< empty when cancelled
  bool cancelled = false;
  int64_t steps_run = 0;
  int64_t dropped_ids = 0;  ///< token ids of the prompts that did not fit into the text encoder
  double text_seconds = 0, encode_seconds = 0, denoise_seconds = 0, decode_seconds = 0;
};

/// Runs a plan. The context of the model's backend is asked for cancellation before every step and before each of the
/// other parts; a cancelled run is a result, not an error. `on_step` may be empty.
GenerateResult generate(const StableDiffusion& model, const GenerateRequest& request, const GeneratePlan& plan,
                        const std::function<void(const GenerateStep&)>& on_step);

}  // namespace redraw
