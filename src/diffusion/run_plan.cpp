#include "diffusion/run_plan.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/decimal.h"
#include "base/error.h"
#include "diffusion/strength.h"

namespace redraw {
namespace {

// The sampler and the schedule that the name and the rules mean.
struct Meaning {
  const SamplerInfo* sampler;
  ScheduleChoice schedule;
};

Meaning meaning_of(const RunChoice& choice, const Semantics& semantics) {
  NamedSampler named = choice.sampler;
  ScheduleChoice schedule = choice.schedule;
  if (named.rule != SigmaRule::model) {
    if (schedule.rule && *schedule.rule != named.rule) {
      throw Error(Code::usage, "the sampler's name, a form of " + std::string(named.sampler->name) +
                                   ", means the schedule " + std::string(sigma_schedule(named.rule).name) +
                                   ", but schedule is " + std::string(sigma_schedule(*schedule.rule).name) +
                                   "; give one of the two");
    }
    schedule.rule = named.rule;
  }
  if (semantics.plain_means_k) {
    const std::string k_name = "k_" + std::string(named.sampler->name);
    const auto it = std::ranges::find(samplers(), k_name, &SamplerInfo::name);
    if (it != samplers().end()) named.sampler = *it;
  }
  const bool is_k = named.sampler->name.starts_with("k_");
  if (is_k && semantics.k_means_diffusers) {
    named.sampler = &find_sampler(named.sampler->name.substr(2));
  } else if (is_k && !schedule.rule && choice.steps < semantics.karras_below) {
    schedule.rule = SigmaRule::karras;
  }
  if (semantics.steps_offset) schedule.steps_offset = semantics.steps_offset;
  return {named.sampler, schedule};
}

void check_share(std::string_view field, const std::optional<double>& share, double low, double high, bool takes_low) {
  if (!share) return;
  if (std::isnan(*share)) throw Error(Code::not_a_number, std::string(field) + " is not a number");
  const bool fits = takes_low ? *share >= low && *share < high : *share > low && *share <= high;
  if (!fits) {
    throw Error(Code::out_of_range, std::string(field) + " is " + decimal(*share) + ", but must be " +
                                        (takes_low ? "at least 0, below 1" : "above 0, at most 1"));
  }
}

void check_together(const RunChoice& choice, const Semantics& semantics) {
  check_share("denoising_start", choice.denoising_start, 0.0, 1.0, true);
  check_share("denoising_end", choice.denoising_end, 0.0, 1.0, false);
  if (choice.denoising_start && !choice.has_picture) {
    throw Error(Code::usage, "denoising_start needs a picture to start from; use img2img");
  }
  if (choice.denoising_start && choice.denoising_end && *choice.denoising_start >= *choice.denoising_end) {
    throw Error(Code::out_of_range, "denoising_start is " + decimal(*choice.denoising_start) +
                                        ", but must be below denoising_end, " + decimal(*choice.denoising_end));
  }
  if (!choice.exact_steps) return;
  if (&semantics != &all_semantics().front()) {
    throw Error(Code::usage, "exact_steps and semantics " + std::string(semantics.name) +
                                 " are two rules for the same thing; give one of the two");
  }
  if (choice.denoising_end) {
    throw Error(Code::usage, "exact_steps runs to the end; it does not go with denoising_end");
  }
  if (choice.schedule.rule == SigmaRule::explicit_sigmas) {
    throw Error(Code::usage, "exact_steps lays steps by a rule; with sigmas the steps are given already");
  }
}

// The level of a strength as a timestep.
double start_timestep(const SchedulerConfig& config, double strength) {
  return strength * static_cast<double>(config.num_train_timesteps - 1);
}

[[noreturn]] void refuse_empty(const RunPlan& plan, const RunChoice& choice) {
  throw Error(Code::out_of_range,
              "of " + std::to_string(plan.table().steps()) + " steps none lies between denoising_start " +
                  decimal(choice.denoising_start.value_or(choice.has_picture ? 1.0 - choice.strength : 0.0)) +
                  " and denoising_end " + decimal(choice.denoising_end.value_or(1.0)) +
                  "; use more steps, or exact_steps");
}

}  // namespace

RunPlan plan_run(const SchedulerConfig& model_config, const RunChoice& asked) {
  RunChoice choice = asked;
  if (choice.full_strength_is_noise && choice.strength == 1.0 && !choice.denoising_start) choice.has_picture = false;
  const Semantics& semantics = *choice.semantics;
  check_together(choice, semantics);
  Meaning meaning = meaning_of(choice, semantics);
  // The range of strength is checked whatever rule counts the steps.
  const double strength = choice.denoising_start ? 1.0 - *choice.denoising_start : choice.strength;
  if (choice.has_picture) steps_to_run(1, strength);
  if (choice.has_picture && strength == 1.0 && !choice.denoising_start && !semantics.takes_full_strength) {
    throw Error(Code::out_of_range, "strength is 1; " + std::string(semantics.name) + " takes strengths below 1");
  }
  const bool by_timestep = choice.denoising_start.has_value();
  int64_t steps = choice.steps;
  if (choice.has_picture && choice.exact_steps) {
    meaning.schedule.start_timestep = start_timestep(model_config, strength);
  } else if (choice.has_picture && !by_timestep) {
    if (semantics.table_steps != nullptr) steps = semantics.table_steps(choice.steps, strength);
    if (steps > model_config.num_train_timesteps) {
      throw Error(Code::out_of_range, "strength " + decimal(strength) + " of " + std::to_string(choice.steps) +
                                          " steps takes a schedule of " + std::to_string(steps) +
                                          " steps under semantics " + std::string(semantics.name) +
                                          "; the model knows " + std::to_string(model_config.num_train_timesteps));
    }
  }
  RunPlan plan;
  plan.steps_asked = choice.steps;
  plan.semantics = &semantics;
  plan.from_noise = !choice.has_picture;
  plan.sampling = plan_sampling(*meaning.sampler, model_config, steps, meaning.schedule);
  plan.end = plan.table().steps();
  if (choice.has_picture && !choice.exact_steps) {
    const int64_t num_train = plan.sampling.config.num_train_timesteps;
    if (by_timestep) {
      plan.begin = plan.noised = first_entry_below(plan.table(), strength, num_train);
    } else {
      const bool whole_timesteps = !plan.table().alphas_cumprod.empty();
      const EntryRange range = semantics.entries(plan.table(), choice.steps, strength, num_train, whole_timesteps);
      plan.begin = range.begin;
      plan.noised = range.noised;
    }
  }
  if (choice.denoising_end) {
    // InvokeAI's rule: the entries at or above the timestep are run.
    plan.end = first_entry_below(plan.table(), 1.0 - *choice.denoising_end, plan.sampling.config.num_train_timesteps);
  }
  if (plan.begin >= plan.end) refuse_empty(plan, choice);
  return plan;
}

}  // namespace redraw
