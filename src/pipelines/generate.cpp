#include "pipelines/generate.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>
#include <vector>

#include "base/cancelled.h"
#include "base/decimal.h"
#include "base/error.h"
#include "diffusion/latent_resize.h"
#include "diffusion/latent_symmetry.h"
#include "diffusion/latent_threshold.h"
#include "image/side.h"
#include "pipelines/extra_channels.h"
#include "pipelines/guided_network.h"

namespace redraw {
namespace {

class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }
  double restart() {
    const double result = seconds();
    start_ = std::chrono::steady_clock::now();
    return result;
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// The clean latent of the picture to start from: its posterior's mean, or a draw from it, scaled; a tiny autoencoder's
// only one.
std::vector<float> encode_start(StableDiffusion& model, const GenerateRequest& request, const LatentShape& shape,
                                LatentNoise& noise) {
  if (!request.vae_sample) {
    const Tensor latent = model.encode_to_latent(*request.init, request.seamless);
    return {latent.values().begin(), latent.values().end()};
  }
  const VaePosterior posterior = model.encode_image(*request.init, request.seamless);
  std::vector<float> latent(posterior.mean.values().begin(), posterior.mean.values().end());
  std::vector<float> draw(latent.size());
  noise.draw(shape, draw);
  for (size_t i = 0; i < latent.size(); ++i) {
    latent[i] += std::exp(0.5f * posterior.logvar.data()[i]) * draw[i];
  }
  const auto factor = static_cast<float>(model.spec().vae.scaling_factor);
  for (float& x : latent) x *= factor;
  return latent;
}

void check_finite(const ModelSpec& model, double timestep, std::span<const float> output) {
  if (std::all_of(output.begin(), output.end(), [](float x) { return std::isfinite(x); })) return;
  throw Error(Code::model_not_finite, model.name + ": the network yields values that are not numbers at timestep " +
                                          decimal(timestep) + "; its weights may be damaged");
}

// How much larger than the autoencoder's variance the latent at an entry of the table is.
float scale_at(const StepTable& table, int64_t entry) {
  if (entry >= table.steps()) return 1.0f;
  const float signal = table.signal_scales[static_cast<size_t>(entry)];
  const float noise = table.noise_scales[static_cast<size_t>(entry)];
  return std::sqrt(signal * signal + noise * noise);
}

// The effects that a latent undergoes after its steps.
class EffectsAtWork {
 public:
  EffectsAtWork(const LatentEffects& effects, const LatentShape& shape, const UniformSource& uniform)
      : effects_(effects), shape_(shape), uniform_(uniform) {}

  // After step `index` of `count`. The threshold counts in the scale that the network sees, so that it means the same
  // in samplers whose latents grow with sigma. `count` may be an estimate (SamplerInfo::chooses_its_levels).
  void apply(int64_t index, int64_t count, float scale, std::span<float> latent) {
    if (effects_.threshold > 0) {
      const double progress = std::min(1.0, static_cast<double>(index) / static_cast<double>(count));
      for (float& x : latent) x /= scale;
      replace_beyond_threshold(effects_.threshold, progress, uniform_, shape_, latent);
      for (float& x : latent) x *= scale;
    }
    mirror_once(effects_.h_symmetry, is_mirrored_h_, index, count, mirror_left_to_right, latent);
    mirror_once(effects_.v_symmetry, is_mirrored_v_, index, count, mirror_top_to_bottom, latent);
  }

 private:
  void mirror_once(const std::optional<double>& time, bool& is_done, int64_t index, int64_t count,
                   void (*mirror)(const LatentShape&, std::span<float>), std::span<float> latent) const {
    if (!time || is_done || index < symmetry_step(*time, count)) return;
    mirror(shape_, latent);
    is_done = true;
  }

  const LatentEffects& effects_;
  LatentShape shape_;
  const UniformSource& uniform_;
  bool is_mirrored_h_ = false;
  bool is_mirrored_v_ = false;
};

LatentShape latent_shape(const ModelSpec& model, int64_t width, int64_t height) {
  return {.height = height / 8, .width = width / 8, .channels = model.vae.latent_channels};
}

Tensor tensor_of(const LatentShape& shape, std::span<const float> latent) {
  return Tensor::from({1, shape.height, shape.width, shape.channels}, latent);
}

bool takes_negative(const GenerateRequest& request, const GeneratePlan& plan) {
  return is_guided(request.guidance, plan.run.steps_to_run()) || plan.run.sampling.sampler->needs_unconditional;
}

// One generation at work: what its parts share.
class Generation {
 public:
  Generation(StableDiffusion& model, const GenerateRequest& request, const GeneratePlan& plan,
             const std::function<void(const GenerateStep&)>& on_step)
      : model_(model), request_(request), plan_(plan), on_step_(on_step), noise_(request.noise) {
    count_ = plan.run.steps_to_run() + (plan.first_pass ? plan.first_pass->steps_to_run() : 0);
  }

  GenerateResult run() {
    try {
      make_picture();
    } catch (const Cancelled&) {
      result_.cancelled = true;
    }
    return std::move(result_);
  }

 private:
  void make_picture() {
    encode_prompts();
    if (request_.is_releasing) model_.release_text_encoders();
    std::vector<float> latent;
    if (plan_.first_pass) {
      const LatentShape small = latent_shape(model_.spec(), request_.hires_fix->width, request_.hires_fix->height);
      latent = start(*plan_.first_pass, small, {});
      denoise(*plan_.first_pass, small, latent);
      latent = start(plan_.run, shape_, resize_latent(latent, small, shape_));
    } else if (!plan_.run.from_noise) {
      const std::vector<float> original = encode_start(model_, request_, shape_, noise_);
      latent = start(plan_.run, shape_, original);
    } else {
      latent = start(plan_.run, shape_, {});
    }
    if (request_.is_releasing) model_.release_vae_encoder();
    result_.encode_seconds += stopwatch_.restart();
    denoise(plan_.run, shape_, latent);
    if (request_.is_releasing) model_.release_unet();
    result_.image = model_.decode_latent(decodable(shape_, plan_.run, plan_.run.end, latent), request_.seamless);
    if (request_.is_releasing) model_.release_vae_decoder();
    result_.decode_seconds = stopwatch_.restart();
  }

  void encode_prompts() {
    const TextEncoders& encoders = model_.text_encoders();
    prompt_ = encoders.encode(request_.prompt, request_.clip_skip);
    if (takes_negative(request_, plan_)) {
      const bool is_zeros = request_.negative.empty() && model_.spec().force_zeros_for_empty_prompt;
      negative_ = is_zeros ? encoders.zeros() : encoders.encode(request_.negative, request_.clip_skip);
    }
    result_.text_seconds = stopwatch_.restart();
  }

  // The latent before the first step of a plan: noise alone, or `original` noised; and what the network sees with it.
  std::vector<float> start(const RunPlan& plan, const LatentShape& shape, const std::vector<float>& original) {
    const auto size = static_cast<size_t>(shape.height * shape.width * shape.channels);
    std::vector<float> noise(size);
    std::vector<float> latent(size);
    noise_.draw_start(shape, noise);
    if (original.empty()) {
      start_from_noise(plan.table(), noise, latent);
    } else {
      add_noise(plan.table(), plan.noised, original, noise, latent);
    }
    extra_channels_ = extra_channels(model_, request_.init, shape.height, shape.width, request_.seamless);
    return latent;
  }

  // A latent in the midst of a run carries noise: brought to the variance that the autoencoder knows, so that samplers
  // which keep it at 1 and those which let it grow with sigma look alike.
  static Tensor decodable(const LatentShape& shape, const RunPlan& plan, int64_t entry, std::span<const float> latent) {
    Tensor scaled = tensor_of(shape, latent);
    const float scale = scale_at(plan.table(), entry);
    for (float& x : scaled.values()) x /= scale;
    return scaled;
  }

  Image preview(const LatentShape& shape, const RunPlan& plan, int64_t entry, std::span<const float> latent) {
    return model_.decode_preview(decodable(shape, plan, entry, latent), request_.seamless);
  }

  // The Brownian path goes over the levels above 0 that the run visits.
  LatentNoise::IntervalNoise intervals(const RunPlan& plan, const LatentShape& shape) const {
    const std::vector<double>& sigmas = plan.table().sigmas;
    int64_t last = plan.end;
    while (last > plan.begin + 1 && sigmas[static_cast<size_t>(last)] <= 0.0) --last;
    const double sigma_max = sigmas[static_cast<size_t>(plan.begin)];
    const double sigma_min = sigmas[static_cast<size_t>(last)];
    return sigma_min > 0.0 && sigma_min < sigma_max ? noise_.intervals(shape, sigma_min, sigma_max)
                                                    : LatentNoise::IntervalNoise{};
  }

  // SDXL is told the size of the picture it learned from, where that was cut out of a larger one, and the size it is to
  // make: here a whole picture of the size that is made (diffusers' defaults).
  NetworkConditions conditions(const LatentShape& shape) const {
    NetworkConditions conditions{.context = prompt_.context,
                                 .pooled = prompt_.pooled,
                                 .negative_context = negative_.context,
                                 .negative_pooled = negative_.pooled,
                                 .extra_channels = extra_channels_,
                                 .guides_by_picture = model_.spec().edits_picture(),
                                 .wrap = request_.seamless};
    if (model_.spec().unet.has_added_conditions()) {
      const auto height = static_cast<float>(shape.height * 8);
      const auto width = static_cast<float>(shape.width * 8);
      conditions.time_ids = {height, width, 0, 0, height, width};
    }
    return conditions;
  }

  // Takes the steps of a plan.
  void denoise(const RunPlan& plan, const LatentShape& shape, std::span<float> latent) {
    GuidedNetwork network(model_.unet(), conditions(shape), {1, shape.height, shape.width, shape.channels});
    const int64_t count = plan.steps_to_run();
    const auto guide = [&](int64_t index, int64_t steps) {
      if (index < steps) {
        network.set_guidance(guidance_scale(request_.guidance, index, steps), request_.guidance.rescale,
                             request_.guidance.picture_scale);
      }
    };
    guide(0, count);
    const int64_t steps_before = result_.steps_run;
    EffectsAtWork effects(request_.effects, shape, noise_.uniform());
    Stopwatch step_watch;
    const SamplerRun run{
        .begin = plan.begin,
        .end = plan.end,
        .denoise =
            [&](const NetworkCall& call) {
              network(call);
              check_finite(model_.spec(), call.timestep, call.output);
            },
        .on_step =
            [&](const StepInfo& info) {
              guide(info.index + 1, info.count);
              result_.steps_run = steps_before + info.index + 1;
              const GenerateStep step{
                  .index = steps_before + info.index,
                  .count = count_ - count + info.count,
                  .timestep = info.timestep,
                  .sigma = info.sigma,
                  .seconds = step_watch.restart(),
                  .preview = [&] { return preview(shape, plan, plan.begin + info.index + 1, info.latent); },
              };
              if (on_step_) on_step_(step);
              step_watch.restart();
              return !model_.backend().is_cancelled();
            },
        .noise = &noise_.steps(shape),
        .after_step =
            [&](int64_t index, int64_t steps, std::span<float> x) {
              effects.apply(index, steps, scale_at(plan.table(), plan.begin + index + 1), x);
            },
        .interval_noise = intervals(plan, shape)};
    if (!run_sampler(plan.sampling, run, latent)) throw Cancelled();
    result_.network_rows += network.rows();
    result_.denoise_seconds += stopwatch_.restart();
  }

  StableDiffusion& model_;
  const GenerateRequest& request_;
  const GeneratePlan& plan_;
  const std::function<void(const GenerateStep&)>& on_step_;
  // The order of draws is the reference's: the posterior's first, if it is sampled, then the start noise, then the
  // steps.
  LatentNoise noise_;
  LatentShape shape_ = latent_shape(model_.spec(), request_.width, request_.height);
  int64_t count_ = 0;
  EncodedPrompt prompt_, negative_;
  Tensor extra_channels_;
  GenerateResult result_;
  Stopwatch stopwatch_;
};

void check_effects(const LatentEffects& effects) {
  if (std::isnan(effects.threshold)) throw Error(Code::not_a_number, "threshold is not a number");
  if (effects.threshold < 0) throw Error(Code::out_of_range, "threshold must be 0 (off) or more");
  for (const std::optional<double>& time : {effects.h_symmetry, effects.v_symmetry}) {
    if (time) (void)symmetry_step(*time, 1);
  }
}

void check_clip_skip(const ModelSpec& model, int64_t clip_skip) {
  for (const auto* config : {&model.text_encoder, &model.text_encoder_2}) {
    if (!*config || clip_skip <= (*config)->num_hidden_layers) continue;
    const std::string layers = std::to_string((*config)->num_hidden_layers);
    throw Error(Code::out_of_range, "clip_skip is " + std::to_string(clip_skip) +
                                        ", but this model's text encoder has " + layers + " layers: it must be 1 to " +
                                        layers);
  }
}

// What a tiny autoencoder cannot do.
void check_vae(const ModelSpec& model, const GenerateRequest& request) {
  if (!model.tiny_vae || request.init == nullptr) return;
  if (!model.vae_encodes) {
    throw Error(
        Code::model_part_missing,
        "vae: holds the decoder of a tiny autoencoder alone, the model has no autoencoder of its own, and the picture "
        "to start from must be encoded; put the encoder beside the decoder, or give one with both");
  }
  if (request.vae_sample && model.tiny_vae_encodes) {
    throw Error(Code::usage,
                "vae_sample draws from the posterior of the picture, and a tiny autoencoder makes one latent, no "
                "posterior; leave it out, or give another vae");
  }
}

}  // namespace

GeneratePlan plan_generation(const ModelSpec& model, const GenerateRequest& request) {
  check_fitted_side("width", request.width);
  check_fitted_side("height", request.height);
  check_effects(request.effects);
  check_vae(model, request);
  check_clip_skip(model, request.clip_skip);
  (void)LatentNoise(request.noise);  // an unknown name is refused here, before anything is computed
  RunChoice choice = request.run;
  choice.has_picture = request.init != nullptr;
  choice.full_strength_is_noise = model.edits_picture();
  GeneratePlan plan;
  if (request.hires_fix) {
    if (request.init != nullptr) {
      throw Error(Code::usage, "hires_fix is for pictures from a prompt alone; img2img begins with a picture already");
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

PromptCuts cut_prompts(StableDiffusion& model, const GenerateRequest& request, const GeneratePlan& plan) {
  PromptCuts cuts{.prompt = model.text_encoders().cut_of(request.prompt)};
  if (takes_negative(request, plan)) cuts.negative = model.text_encoders().cut_of(request.negative);
  return cuts;
}

GenerateResult generate(StableDiffusion& model, const GenerateRequest& request, const GeneratePlan& plan,
                        const std::function<void(const GenerateStep&)>& on_step) {
  return Generation(model, request, plan, on_step).run();
}

}  // namespace redraw
