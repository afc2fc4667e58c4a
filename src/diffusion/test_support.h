// What the tests of this folder share.
#pragma once

#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "base/error.h"
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

/// The config of Stable Diffusion that the goldens were made with (shared/tools/goldens/schedulers.py, SD).
inline SchedulerConfig stable_diffusion_config() {
  SchedulerConfig config;
  config.beta_start = 0.00085;
  config.beta_end = 0.012;
  config.beta_schedule = BetaSchedule::scaled_linear;
  return config;
}

/// The config of a golden variant: "ddim", "euler+karras", "lms+trailing", ...
inline SchedulerConfig golden_config(std::string_view variant) {
  SchedulerConfig config = stable_diffusion_config();
  if (variant.starts_with("ddim")) {
    config.clip_sample = false;
    config.set_alpha_to_one = false;
    config.steps_offset = 1;
  }
  if (variant.ends_with("+linspace")) config.timestep_spacing = TimestepSpacing::linspace;
  if (variant.ends_with("+leading")) config.timestep_spacing = TimestepSpacing::leading;
  if (variant.ends_with("+trailing")) config.timestep_spacing = TimestepSpacing::trailing;
  if (variant.ends_with("+karras")) config.sigma_rule = SigmaRule::karras;
  if (variant.ends_with("+exponential")) config.sigma_rule = SigmaRule::exponential;
  return config;
}

/// The golden variants of the samplers that exist; the +beta ones are of a sigma rule that does not.
inline std::vector<std::string> golden_variants() {
  std::vector<std::string> variants;
  for (const char* sampler : {"ddim", "euler", "lms"}) {
    for (const char* spacing : {"", "+linspace", "+leading", "+trailing"})
      variants.push_back(std::string(sampler) + spacing);
  }
  for (const char* sampler : {"euler", "lms"}) {
    for (const char* rule : {"+karras", "+exponential"}) variants.push_back(std::string(sampler) + rule);
  }
  return variants;
}

}  // namespace redraw
