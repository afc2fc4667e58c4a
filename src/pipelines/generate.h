// Text to image and image to image, from a checked request to a picture.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "diffusion/run_plan.h"
#include "pipelines/guidance.h"
#include "pipelines/latent_noise.h"
#include "pipelines/stable_diffusion.h"

namespace redraw {

/// What happens to the latent after the steps (InvokeAI 2.3's effects, in every sampler).
struct LatentEffects {
  double threshold = 0;                   ///< >= 0, 0 is off; see latent_threshold.h
  std::optional<double> h_symmetry = {};  ///< in (0, 1]: after this part of the steps the left half is mirrored
  std::optional<double> v_symmetry = {};  ///< likewise the top half
};

/// Text to image in two passes: at a size the model knows, then, enlarged in latents, image to image at the size asked.
struct HiresFix {
  int64_t width = 0;  ///< of the first pass, a multiple of 8
  int64_t height = 0;
  double strength = 0.75;  ///< of the second
};

/// What is to be made. Every field is final: where values come from is decided above (app).
struct GenerateRequest {
  std::string prompt = {};
  std::string negative = {};
  Guidance guidance = {};
  RunChoice run = {};    ///< has_picture follows from init, full_strength_is_noise from the model
  int64_t width = 512;   ///< a multiple of 8
  int64_t height = 512;  ///< a multiple of 8
  NoiseRequest noise = {};
  const Image* init = nullptr;  ///< width x height; null: text to image
  bool vae_sample = false;      ///< draw from the posterior of the picture, not its mean
  int64_t clip_skip = 1;        ///< which of the text encoder's layers is taken, see TextEncoders::encode
  WrapAxes seamless = {};       ///< axes on which every convolution wraps around, so that the picture tiles
  LatentEffects effects = {};
  std::optional<HiresFix> hires_fix = {};  ///< text to image only
  /// Let each network go when its part of the run is done, against a limit on memory (memory_need.h).
  bool is_releasing = false;
  bool has_previews = false;  ///< pictures are decoded between the steps
};

/// What will be run, known before the first call of the network.
struct GeneratePlan {
  RunPlan run;
  std::optional<RunPlan> first_pass;  ///< of HiresFix; `run` is then the second
};

/// Checks the request against the model and lays out its steps, without computing anything. Throws Error: bad_size,
/// out_of_range, not_a_number, unknown_name, usage, each naming the field and its range; model_part_missing when a
/// picture is to be encoded and there is no encoder.
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
  int64_t network_rows =
      0;  ///< rows that the network computed: two a guided call (three: edits_picture), one an unguided
  double text_seconds = 0, encode_seconds = 0, denoise_seconds = 0, decode_seconds = 0;
};

/// What of the prompts finds no room in the text encoders, of the negative one where the run takes it.
struct PromptCuts {
  PromptCut prompt;
  PromptCut negative = {};
};
/// Before the run, as a rule: it needs the tokenizers alone. Throws as TextEncoders and ClipTokenizer::tokenize.
PromptCuts cut_prompts(StableDiffusion& model, const GenerateRequest& request, const GeneratePlan& plan);

/// Runs a plan. The context of the model's backend is asked for cancellation by every operator, and by those that take
/// long while they work (Backend::stop_if_cancelled); a cancelled run is a result, not an error. `on_step` may be
/// empty.
GenerateResult generate(StableDiffusion& model, const GenerateRequest& request, const GeneratePlan& plan,
                        const std::function<void(const GenerateStep&)>& on_step);

}  // namespace redraw
