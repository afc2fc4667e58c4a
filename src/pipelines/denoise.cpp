#include "pipelines/denoise.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/cancelled.h"
#include "base/decimal.h"
#include "base/error.h"
#include "pipelines/guided_network.h"
#include "pipelines/latent_scale.h"
#include "pipelines/part_of.h"
#include "pipelines/stopwatch.h"

namespace redraw {
namespace {

void check_finite(const ModelSpec& model, double timestep, std::span<const float> output) {
  if (std::all_of(output.begin(), output.end(), [](float x) { return std::isfinite(x); })) return;
  throw Error(Code::model_not_finite, model.name + ": the network computes values that are not numbers at timestep " +
                                          decimal(timestep) + "; its weights may be damaged");
}

// SDXL is told three things: the size of the picture it learned from, where that was cut from a larger one, and the
// size to make. Here it is always a whole picture of the size to make (diffusers' defaults).
NetworkConditions conditions_of(const ModelSpec& model, const PromptsForRun& prompts, const DenoisePass& pass,
                                WrapAxes wrap) {
  NetworkConditions conditions{.context = prompts.prompt->context,
                               .pooled = prompts.prompt->pooled,
                               .extra_channels = pass.extra_channels,
                               .guides_by_picture = model.edits_picture(),
                               .wrap = wrap};
  if (prompts.negative) {
    conditions.negative_context = prompts.negative->context;
    conditions.negative_pooled = prompts.negative->pooled;
  }
  if (model.unet.has_added_conditions()) {
    const auto height = static_cast<float>(pass.shape.height * 8);
    const auto width = static_cast<float>(pass.shape.width * 8);
    conditions.time_ids = {height, width, 0, 0, height, width};
  }
  return conditions;
}

// The Brownian path covers the levels above 0 that the run visits. Samplers that draw nothing need no path, and their
// range may be too short for one.
LatentNoise::IntervalNoise intervals_of(const RunPlan& plan, const LatentShape& shape, BatchNoise& noise) {
  if (!plan.sampling.sampler->draws_noise) return {};
  const std::vector<double>& sigmas = plan.table().sigmas;
  int64_t last = plan.end;
  while (last > plan.begin + 1 && sigmas[static_cast<size_t>(last)] <= 0.0) --last;
  const double sigma_max = sigmas[static_cast<size_t>(plan.begin)];
  const double sigma_min = sigmas[static_cast<size_t>(last)];
  return sigma_min > 0.0 && sigma_min < sigma_max ? noise.intervals(shape, sigma_min, sigma_max)
                                                  : LatentNoise::IntervalNoise{};
}

}  // namespace

void Denoiser::operator()(const DenoisePass& pass, BatchNoise& noise, std::span<float> latents) {
  const RunPlan& plan = pass.plan;
  const LatentShape& shape = pass.shape;
  const int64_t pictures = noise.pictures();
  GuidedNetwork network(*unet_, conditions_of(model_.spec(), prompts_, pass, request_.seamless),
                        {pictures, shape.height, shape.width, shape.channels});
  const auto guide = [&](int64_t index, int64_t steps) {
    if (index < steps) {
      network.set_guidance(guidance_scale(request_.guidance, index, steps), request_.guidance.rescale,
                           request_.guidance.picture_scale);
    }
  };
  guide(0, plan.steps_to_run());
  const int64_t steps_before = steps_run_;
  steps_planned_ -= plan.steps_to_run();
  std::vector<EffectsAtWork> effects;
  for (int64_t i = 0; i < pictures; ++i) effects.emplace_back(request_.effects, shape, noise.uniform(i));
  Stopwatch step_watch;
  const SamplerRun run{.begin = plan.begin,
                       .end = plan.end,
                       .denoise =
                           [&](const NetworkCall& call) {
                             network(call);
                             check_finite(model_.spec(), call.timestep, call.output);
                           },
                       .on_step =
                           [&](const StepInfo& info) {
                             guide(info.index + 1, info.count);
                             steps_run_ = steps_before + info.index + 1;
                             const auto preview = [&](int64_t picture) {
                               const std::span<const float> own = part_of(info.latent, picture, pictures);
                               return model_.decode_preview(
                                   decodable(shape, plan.table(), plan.begin + info.index + 1, own), request_.seamless);
                             };
                             const GenerateStep step{.index = steps_before + info.index,
                                                     .count = steps_before + info.count + steps_planned_,
                                                     .timestep = info.timestep,
                                                     .sigma = info.sigma,
                                                     .seconds = step_watch.restart(),
                                                     .first_picture = pass.first_picture,
                                                     .pictures = pictures,
                                                     .preview = preview};
                             if (events_.on_step) events_.on_step(step);
                             step_watch.restart();
                             return !model_.backend().is_cancelled();
                           },
                       .noise = &noise.steps(shape),
                       .after_step =
                           [&](int64_t index, int64_t steps, std::span<float> x) {
                             const float scale = scale_at(plan.table(), plan.begin + index + 1);
                             for (int64_t i = 0; i < pictures; ++i) {
                               effects[static_cast<size_t>(i)].apply(index, steps, scale, part_of(x, i, pictures));
                             }
                           },
                       .interval_noise = intervals_of(plan, shape, noise)};
  if (!run_sampler(plan.sampling, run, latents)) throw Cancelled();
  network_rows_ += network.rows();
}

}  // namespace redraw
