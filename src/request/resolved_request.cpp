#include "request/resolved_request.h"

#include "base/error.h"
#include "request/field_value.h"
#include "request/value_lists.h"

namespace redraw {
namespace {

// A variation is one more pair of with_variations.
Request with_variation_pair(Request request) {
  RequestNoise& noise = request.noise;
  const double amount = noise.variation_amount.value_or(0);
  check_field(find_field("variation_amount"), amount);
  if (amount == 0) return request;
  if (!noise.variation_seed) throw Error(Code::internal, "variation_seed is open; it is drawn before");
  std::vector<SeedWeight> pairs = noise.with_variations.value_or(std::vector<SeedWeight>{});
  pairs.push_back({.seed = *noise.variation_seed, .weight = amount});
  noise.with_variations = pairs;
  noise.variation_amount.reset();
  noise.variation_seed.reset();
  return request;
}

// Fills in every field that is open, and notes where each value came from.
void fill_in(const Request& request, const ModelDefaults& model, ResolvedRequest& resolved) {
  resolved.fields = request;
  for (const Field* field : request_fields()) {
    const std::optional<FieldValue> asked = get_field(request, *field);
    if (field->needs_picture && !resolved.has_picture && !field->is_positional && asked) {
      throw Error(Code::usage, std::string(field->name) + " needs a picture to start from; use img2img");
    }
    const auto stated = model.find(field->name);
    if (asked) {
      set_field(resolved.fields, *field, check_field(*field, *asked));
      resolved.origins[field->name] = Origin::asked;
    } else if (stated != model.end()) {
      set_field(resolved.fields, *field, stated->second);
      resolved.origins[field->name] = Origin::model;
    } else if (field->fallback) {
      set_field(resolved.fields, *field, parse_field(*field, *field->fallback));
      resolved.origins[field->name] = Origin::program;
    }
  }
}

ScheduleChoice schedule_choice(const RequestSteps& steps) {
  ScheduleChoice choice{.eta = steps.eta};
  if (steps.schedule) choice.rule = find_sigma_schedule(*steps.schedule).rule;
  if (steps.spacing) choice.spacing = find_timestep_spacing(*steps.spacing);
  if (steps.sigmas) {
    if (steps.schedule) throw Error(Code::usage, "sigmas are a schedule of their own; leave out schedule");
    choice.rule = SigmaRule::explicit_sigmas;
    choice.sigmas = *steps.sigmas;
  }
  return choice;
}

// As many steps as explicit levels make, unless the request says another number, which is then refused.
int64_t steps_of(const ResolvedRequest& resolved, const ScheduleChoice& schedule) {
  if (schedule.sigmas.empty() || resolved.origin("steps") == Origin::asked) return *resolved.fields.steps.steps;
  return std::ssize(schedule.sigmas) - 1;
}

RunChoice run_choice(const ResolvedRequest& resolved) {
  const RequestSteps& steps = resolved.fields.steps;
  const ScheduleChoice schedule = schedule_choice(steps);
  return {.sampler = find_named_sampler(*steps.sampler),
          .steps = steps_of(resolved, schedule),
          .schedule = schedule,
          .semantics = &find_semantics(*steps.semantics),
          .has_picture = resolved.has_picture,
          .strength = *steps.strength,
          .exact_steps = *steps.exact_steps,
          .denoising_start = steps.denoising_start,
          .denoising_end = steps.denoising_end};
}

Guidance guidance_of(const RequestGuidance& asked) {
  Guidance guidance{.scale = *asked.cfg_scale,
                    .rescale = *asked.cfg_rescale,
                    .begin = *asked.guidance_start,
                    .end = *asked.guidance_end};
  if (asked.image_cfg_scale) guidance.picture_scale = *asked.image_cfg_scale;
  if (asked.cfg_scales) guidance.scales = *asked.cfg_scales;
  return guidance;
}

NoiseRequest noise_of(const RequestNoise& asked) {
  NoiseRequest noise{.source = &find_noise_source(*asked.noise),
                     .seed = asked.seed.value_or(0),
                     .perlin = *asked.perlin,
                     .step_noise = find_step_noise(*asked.step_noise)};
  if (asked.with_variations) {
    for (const SeedWeight& pair : *asked.with_variations) {
      noise.variations.push_back({.seed = pair.seed, .weight = pair.weight});
    }
  }
  return noise;
}

WrapAxes seamless_of(const RequestEffects& asked) {
  if (asked.seamless_axes) return wrap_axes(*asked.seamless_axes);
  return {.x = *asked.seamless, .y = *asked.seamless};
}

// A value that another one replaces was not used, and a request that gave both would be refused.
void leave_out_replaced(ResolvedRequest& resolved) {
  Request& fields = resolved.fields;
  if (fields.steps.denoising_start) fields.steps.strength.reset();
  if (!*fields.size.hires_fix) fields.size.hires_strength.reset();
  fields.steps.steps = resolved.run.steps;
}

}  // namespace

std::string_view origin_name(Origin origin) {
  constexpr std::string_view kNames[] = {"flag", "model", "program"};
  return kNames[static_cast<size_t>(origin)];
}

FieldValue ResolvedRequest::value(std::string_view field) const {
  return get_field(fields, find_field(field)).value();
}

ResolvedRequest resolve(const Request& request, const ModelDefaults& model) {
  return resolve(request, model, request.inputs.init.has_value());
}

ResolvedRequest resolve(const Request& request, const ModelDefaults& model, bool has_picture) {
  check_together(request);
  ResolvedRequest resolved;
  resolved.has_picture = has_picture;
  fill_in(with_variation_pair(request), model, resolved);
  const Request& fields = resolved.fields;
  resolved.prompt = fields.prompt;
  resolved.negative = *fields.negative;
  resolved.run = run_choice(resolved);
  resolved.guidance = guidance_of(fields.guidance);
  resolved.width = fields.size.width;
  resolved.height = fields.size.height;
  if (has_picture && resolved.width.has_value() != resolved.height.has_value()) {
    throw Error(Code::usage, "width and height go together; give both, or neither for the model's native size");
  }
  resolved.fit = parse_fit_mode(*fields.size.fit);
  if (*fields.size.hires_fix) resolved.hires_strength = *fields.size.hires_strength;
  resolved.noise = noise_of(fields.noise);
  resolved.seed = fields.noise.seed;
  resolved.effects = {.threshold = *fields.effects.threshold,
                      .h_symmetry = fields.effects.h_symmetry_time_pct,
                      .v_symmetry = fields.effects.v_symmetry_time_pct};
  resolved.seamless = seamless_of(fields.effects);
  resolved.vae_sample = *fields.inputs.vae_sample;
  resolved.clip_skip = *fields.model.clip_skip;
  resolved.init = fields.inputs.init;
  resolved.init_color = fields.inputs.init_color;
  resolved.batch_size = *fields.output.batch_size;
  resolved.step_strip = *fields.output.step_strip;
  resolved.save_intermediates = *fields.output.save_intermediates;
  resolved.max_memory_gib = fields.output.max_memory;
  leave_out_replaced(resolved);
  return resolved;
}

void check_together(const Request& request) {
  const RequestNoise& noise = request.noise;
  if (request.steps.strength && request.steps.denoising_start) {
    throw Error(Code::usage, "strength and denoising_start say the same thing; give one of the two");
  }
  if (noise.with_variations && !noise.seed) {
    throw Error(Code::usage, "with_variations moves the noise of a seed; give seed");
  }
  if (noise.variation_seed && noise.variation_amount.value_or(0) == 0) {
    throw Error(Code::usage, "variation_seed does nothing without variation_amount");
  }
  if (request.size.hires_strength && !request.size.hires_fix.value_or(false)) {
    throw Error(Code::usage, "hires_strength does nothing without hires_fix");
  }
}

void check_fits_model(const Request& request, const ModelSpec& model) {
  if (request.guidance.image_cfg_scale && !model.edits_picture()) {
    throw Error(Code::usage, "image_cfg_scale is for InstructPix2Pix models, and " + model.name + " is of the kind '" +
                                 std::string(name_of(model.input)) + "'; leave it out");
  }
}

}  // namespace redraw
