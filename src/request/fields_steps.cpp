#include <array>

#include "diffusion/sampler.h"
#include "diffusion/semantics.h"
#include "diffusion/sigma_schedule.h"
#include "request/field_tables.h"

namespace redraw {
namespace {

std::vector<std::string_view> sampler_names() {
  std::vector<std::string_view> names;
  for (const SamplerInfo* sampler : samplers()) names.push_back(sampler->name);
  return names;
}

std::vector<std::string_view> schedule_names() {
  std::vector<std::string_view> names;
  for (const SigmaScheduleInfo& schedule : sigma_schedules()) {
    if (schedule.rule != SigmaRule::explicit_sigmas) names.push_back(schedule.name);
  }
  return names;
}

std::vector<std::string_view> semantics_names() {
  std::vector<std::string_view> names;
  for (const Semantics& semantics : all_semantics()) names.push_back(semantics.name);
  return names;
}

constexpr Range kShare = {.least = 0, .most = 1};
constexpr Range kShareAboveZero = {.least = 0, .most = 1, .excludes_least = true};
constexpr Range kShareBelowOne = {.least = 0, .most = 1, .excludes_most = true};

constexpr auto kSteps = std::to_array<Field>({
    {.name = "strength",
     .group = Group::steps,
     .kind = FieldKind::number,
     .label = "Strength",
     .help = "how much is redrawn: the last int(steps * strength) steps of the schedule run",
     .value_name = "X",
     .range = kShareAboveZero,
     .fallback = "0.75",
     .aliases = {"-f"},
     .needs_picture = true,
     .is_of_plan = true,
     .sweep = Sweeping{.rank = 6, .label = "strength {}", .note = "or several, as 0.3,0.7 or 0.3:0.9:0.1"},
     .slot = kSlot<&Request::steps, &RequestSteps::strength>},
    {.name = "steps",
     .group = Group::steps,
     .kind = FieldKind::integer,
     .label = "Steps",
     .help = "steps of the whole schedule",
     .value_name = "N",
     .range = Range{.least = 1, .most = 1000},
     .fallback = "30",
     .aliases = {"-s"},
     .model_may_default = true,
     .is_of_plan = true,
     .sweep = Sweeping{.rank = 5, .label = "{} steps", .note = "or several, as 1,2,5 or 10:50:10"},
     .slot = kSlot<&Request::steps, &RequestSteps::steps>},
    {.name = "sampler",
     .group = Group::steps,
     .kind = FieldKind::choice,
     .label = "Sampler",
     .help = "how noise becomes a picture; NAME_k is the sampler on Karras noise levels",
     .value_name = "NAME",
     .fallback = "ddim",
     .choices = sampler_names,
     .check_name = [](std::string_view name) { find_named_sampler(name); },
     .aliases = {"-A"},
     .model_may_default = true,
     .is_of_plan = true,
     .sweep = Sweeping{.rank = 1, .note = "or several, as lms,ddim"},
     .slot = kSlot<&Request::steps, &RequestSteps::sampler>},
    {.name = "schedule",
     .group = Group::steps,
     .kind = FieldKind::choice,
     .label = "Schedule",
     .help = "the noise levels of the steps; without it, the sampler's or the model's own",
     .value_name = "NAME",
     .choices = schedule_names,
     .check_name = [](std::string_view name) { find_sigma_schedule(name); },
     .is_of_plan = true,
     .sweep = Sweeping{.rank = 2, .note = "or several, as model,karras"},
     .slot = kSlot<&Request::steps, &RequestSteps::schedule>},
    {.name = "spacing",
     .group = Group::steps,
     .kind = FieldKind::choice,
     .label = "Spacing",
     .help = "how the steps are spread over the model's timesteps; without it, the sampler's or the model's own",
     .value_name = "NAME",
     .choices = timestep_spacing_names,
     .check_name = [](std::string_view name) { find_timestep_spacing(name); },
     .is_of_plan = true,
     .slot = kSlot<&Request::steps, &RequestSteps::spacing>},
    {.name = "sigmas",
     .group = Group::steps,
     .kind = FieldKind::number_list,
     .label = "Noise levels",
     .help = "your own noise levels, from high to low, one more than steps; the last may be 0",
     .value_name = "X,X,...",
     .check_list = check_sigmas,
     .is_of_plan = true,
     .slot = kSlot<&Request::steps, &RequestSteps::sigmas>},
    {.name = "eta",
     .group = Group::steps,
     .kind = FieldKind::number,
     .label = "Eta",
     .help = "share of new noise in each step of ddim and tcd; without it, 0 for ddim and 0.3 for tcd",
     .value_name = "X",
     .range = kShare,
     .is_of_plan = true,
     .slot = kSlot<&Request::steps, &RequestSteps::eta>},
    {.name = "exact_steps",
     .group = Group::steps,
     .kind = FieldKind::flag,
     .label = "Exact steps",
     .help = "run as many steps as --steps says, from the exact noise level of the strength",
     .fallback = "false",
     .needs_picture = true,
     .is_of_plan = true,
     .slot = kSlot<&Request::steps, &RequestSteps::exact_steps>},
    {.name = "denoising_start",
     .group = Group::steps,
     .kind = FieldKind::number,
     .label = "Denoising from",
     .help = "in place of strength: begin after this share of the denoising; 0.3 is like strength 0.7",
     .value_name = "X",
     .range = kShareBelowOne,
     .needs_picture = true,
     .is_of_plan = true,
     .slot = kSlot<&Request::steps, &RequestSteps::denoising_start>},
    {.name = "denoising_end",
     .group = Group::steps,
     .kind = FieldKind::number,
     .label = "Denoising until",
     .help = "stop after this share of the denoising; the rest of the noise stays in",
     .value_name = "X",
     .range = kShareAboveZero,
     .is_of_plan = true,
     .slot = kSlot<&Request::steps, &RequestSteps::denoising_end>},
    {.name = "semantics",
     .group = Group::steps,
     .kind = FieldKind::choice,
     .label = "Strength rule",
     .help = "whose rule turns strength into steps",
     .value_name = "NAME",
     .fallback = "diffusers",
     .choices = semantics_names,
     .check_name = [](std::string_view name) { find_semantics(name); },
     .is_of_plan = true,
     .slot = kSlot<&Request::steps, &RequestSteps::semantics>},
});

}  // namespace

std::span<const Field> fields_of_steps() {
  return kSteps;
}

}  // namespace redraw
