// What the tests of this folder share.
#pragma once

#include <algorithm>
#include <gtest/gtest.h>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "diffusion/noise_source.h"
#include "diffusion/scheduler_config.h"

namespace redraw {

/// The code and the message of the Error that `function` throws; fails the test when there is none.
struct Thrown {
  Code code = Code::internal;
  std::string message;
};
template <typename Function>
Thrown thrown_by(Function function) {
  try {
    function();
  } catch (const Error& e) {
    return {e.code(), e.what()};
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

/// Draws 0.5.
class ConstantNoise : public NoiseSource {
 public:
  void normal(std::span<float> out) override { std::ranges::fill(out, 0.5f); }
};

/// The config of Stable Diffusion that the goldens were made with (shared/tools/goldens/schedulers.py, SD).
inline SchedulerConfig stable_diffusion_config() {
  SchedulerConfig config;
  config.beta_start = 0.00085;
  config.beta_end = 0.012;
  config.beta_schedule = BetaSchedule::scaled_linear;
  return config;
}

/// The same with some fields changed.
template <typename Change>
SchedulerConfig stable_diffusion_config(Change change) {
  SchedulerConfig config = stable_diffusion_config();
  change(config);
  return config;
}

/// Stable Diffusion 1's own scheduler_config.json.
inline SchedulerConfig sd1_config() {
  SchedulerConfig config = stable_diffusion_config();
  config.steps_offset = 1;
  config.set_alpha_to_one = false;
  config.clip_sample = false;
  config.skip_prk_steps = true;
  return config;
}

/// The config of a golden variant: "ddim", "euler+karras", "lms+trailing", ... (shared/tools/goldens/schedulers.py).
inline SchedulerConfig golden_config(std::string_view variant) {
  SchedulerConfig config = stable_diffusion_config();
  const std::string_view sampler = variant.substr(0, variant.find('+'));
  if (sampler == "ddim" || sampler == "ddpm") config.clip_sample = false;
  if (sampler == "ddim" || sampler == "pndm") config.set_alpha_to_one = false;
  if (sampler == "ddim" || sampler == "ddpm" || sampler == "pndm") config.steps_offset = 1;
  if (sampler == "pndm") config.skip_prk_steps = true;
  if (sampler == "ipndm") config.class_name = "IPNDMScheduler";
  if (variant.ends_with("+linspace")) config.timestep_spacing = TimestepSpacing::linspace;
  if (variant.ends_with("+leading")) config.timestep_spacing = TimestepSpacing::leading;
  if (variant.ends_with("+trailing")) config.timestep_spacing = TimestepSpacing::trailing;
  if (variant.ends_with("+karras")) config.sigma_rule = SigmaRule::karras;
  if (variant.ends_with("+exponential")) config.sigma_rule = SigmaRule::exponential;
  if (variant.ends_with("+beta")) config.sigma_rule = SigmaRule::beta;
  return config;
}

/// The golden variants of a sampler; the goldens lack some of these for some samplers.
inline std::vector<std::string> golden_variants(std::string_view sampler) {
  std::vector<std::string> variants;
  for (const char* variant : {"", "+linspace", "+leading", "+trailing", "+karras", "+exponential", "+beta"}) {
    variants.push_back(std::string(sampler) + variant);
  }
  return variants;
}

}  // namespace redraw
