#include "pipelines/generate_request.h"

#include <string>

#include "base/error.h"
#include "image/side.h"
#include "pipelines/extra_channels.h"

namespace redraw {
namespace {

void check_clip_skip(const ModelSpec& model, int64_t clip_skip) {
  for (const auto* config : {&model.text_encoder, &model.text_encoder_2}) {
    if (!*config || clip_skip <= (*config)->num_hidden_layers) continue;
    const std::string layers = std::to_string((*config)->num_hidden_layers);
    throw Error(Code::out_of_range, "clip_skip is " + std::to_string(clip_skip) +
                                        ", but this model's text encoder has " + layers + " layers; it must be 1 to " +
                                        layers);
  }
}

// Refuses what a tiny autoencoder cannot do.
void check_vae(const ModelSpec& model, const GenerateRequest& request) {
  if (!model.tiny_vae || request.init == nullptr) return;
  if (!model.vae_encodes) {
    throw Error(
        Code::model_part_missing,
        "vae: holds only the decoder of a tiny autoencoder, and the model has no autoencoder of its own, so the "
        "picture to start from cannot be encoded; put the encoder beside the decoder, or give a vae with both");
  }
  if (request.vae_sample && model.tiny_vae_encodes) {
    throw Error(Code::usage,
                "vae_sample draws from the picture's posterior, but a tiny autoencoder has none; leave it out, or give "
                "another vae");
  }
}

// An unknown name is refused here, before anything is computed.
void check_batch(const std::vector<NoiseRequest>& noise) {
  if (noise.empty()) throw Error(Code::internal, "a batch of no pictures: each picture needs a noise of its own");
  for (const NoiseRequest& one : noise) (void)LatentNoise(one);
}

}  // namespace

GeneratePlan plan_generation(const ModelSpec& model, const GenerateRequest& request) {
  check_fitted_side("width", request.width);
  check_fitted_side("height", request.height);
  check_effects(request.effects);
  check_vae(model, request);
  check_clip_skip(model, request.clip_skip);
  check_batch(request.noise);
  RunChoice choice = request.run;
  choice.has_picture = request.init != nullptr;
  choice.full_strength_is_noise = model.edits_picture();
  GeneratePlan plan;
  if (request.hires_fix) {
    if (request.init != nullptr) {
      throw Error(Code::usage, "hires_fix works only in text to image; leave it out if you start from a picture");
    }
    check_side("width of the first pass", request.hires_fix->width);
    check_side("height of the first pass", request.hires_fix->height);
    plan.first_pass = plan_run(model.scheduler, choice);
    check_guidance(request.guidance, plan.first_pass->steps_to_run());
    choice.has_picture = true;
    choice.strength = request.hires_fix->strength;
  }
  plan.run = plan_run(model.scheduler, choice);
  check_model_input(model, request.init != nullptr, *plan.run.sampling.sampler);
  check_guidance(request.guidance, plan.run.steps_to_run());
  return plan;
}

bool takes_negative(const GenerateRequest& request, const GeneratePlan& plan) {
  return is_guided(request.guidance, plan.run.steps_to_run()) || plan.run.sampling.sampler->needs_unconditional;
}

}  // namespace redraw
