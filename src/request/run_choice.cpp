#include "request/run_choice.h"

#include "base/error.h"
#include "request/value_lists.h"

namespace redraw {
namespace {

ScheduleChoice schedule_choice(const Request& values) {
  ScheduleChoice choice{.eta = values.eta};
  if (values.schedule) choice.rule = find_sigma_schedule(*values.schedule).rule;
  if (values.spacing) choice.spacing = find_timestep_spacing(*values.spacing);
  if (values.sigmas) {
    if (values.schedule) throw Error(Code::usage, "sigmas are a schedule of their own; leave out schedule");
    choice.rule = SigmaRule::explicit_sigmas;
    choice.sigmas = parse_sigmas(*values.sigmas);
  }
  return choice;
}

// As many steps as explicit levels make, unless the request says another number, which is then refused.
int64_t steps_of(const Settings& settings, const ScheduleChoice& schedule) {
  if (schedule.sigmas.empty() || settings.origin("steps") == Origin::request) return *settings.values.steps;
  return std::ssize(schedule.sigmas) - 1;
}

}  // namespace

RunChoice run_choice(const Settings& settings) {
  const Request& values = settings.values;
  const ScheduleChoice schedule = schedule_choice(values);
  return {.sampler = *values.sampler,
          .steps = steps_of(settings, schedule),
          .schedule = schedule,
          .semantics = *values.semantics,
          .has_picture = settings.has_picture,
          .strength = values.strength.value_or(1.0),
          .exact_steps = values.exact_steps.value_or(false),
          .denoising_start = values.denoising_start,
          .denoising_end = values.denoising_end};
}

Guidance guidance_choice(const Settings& settings) {
  const Request& values = settings.values;
  Guidance guidance{.scale = *values.cfg_scale,
                    .rescale = *values.cfg_rescale,
                    .begin = *values.guidance_start,
                    .end = *values.guidance_end};
  if (values.image_cfg_scale) guidance.picture_scale = *values.image_cfg_scale;
  if (values.cfg_scales) guidance.scales = parse_cfg_scales(*values.cfg_scales);
  return guidance;
}

}  // namespace redraw
