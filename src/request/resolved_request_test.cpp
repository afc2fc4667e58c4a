#include "request/resolved_request.h"

#include <algorithm>
#include <fstream>
#include <gtest/gtest.h>

#include "base/error.h"
#include "request/field_value.h"
#include "support/error_of.h"
#include "support/safetensors_bytes.h"
#include "support/temporary_folder.h"

namespace redraw {
namespace {

TEST(ResolvedRequest, TheOrderIsRequestModelProgram) {
  const TemporaryFolder folder;
  folder.write("redraw.json", R"({"cfg_scale": 4, "steps": 12})");
  const ModelDefaults model = read_model_defaults(folder.path());
  Request request;
  request.steps.steps = 7;
  const ResolvedRequest resolved = resolve(request, model);
  EXPECT_EQ(resolved.fields.steps.steps, 7);
  EXPECT_EQ(resolved.origin("steps"), Origin::asked);
  EXPECT_EQ(resolved.fields.guidance.cfg_scale, 4.0);
  EXPECT_EQ(resolved.origin("cfg_scale"), Origin::model);
  EXPECT_EQ(resolved.fields.steps.strength, 0.75);
  EXPECT_EQ(resolved.origin("strength"), Origin::program);
  EXPECT_FALSE(resolved.seed) << "an open seed is drawn later";
}

TEST(ResolvedRequest, ASingleFilesDefaultsAreInItsMetadata) {
  const TemporaryFolder folder;
  const auto file = [&](const std::string& defaults) {
    return folder.write("m.safetensors",
                        safetensors_bytes(R"({"__metadata__":{"redraw.defaults":")" + defaults +
                                              R"("},"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}})",
                                          ""));
  };
  EXPECT_EQ(std::get<int64_t>(read_model_defaults(file(R"({\"steps\": 12})")).at("steps")), 12);
  EXPECT_NE(message_of(Code::model_unsupported, [&] { read_model_defaults(file(R"({\"prompt\": \"x\"})")); })
                .find("m.safetensors"),
            std::string::npos);
  EXPECT_EQ(code_of([&] { read_model_defaults(file("nonsense")); }), Code::json_malformed);
}

TEST(ResolvedRequest, AModelMayNotSetEverythingAndItsMistakesNameTheFile) {
  const TemporaryFolder folder;
  folder.write("redraw.json", R"({"prompt": "fire"})");
  EXPECT_NE(message_of(Code::model_unsupported, [&] { read_model_defaults(folder.path()); }).find("redraw.json"),
            std::string::npos);
  folder.write("redraw.json", R"({"cgf_scale": 4})");
  EXPECT_NE(message_of(Code::unknown_field, [&] { read_model_defaults(folder.path()); }).find("'cfg_scale'"),
            std::string::npos);
  folder.write("redraw.json", R"({"steps": 0})");
  message_of(Code::out_of_range, [&] { read_model_defaults(folder.path()); });
  folder.write("redraw.json", R"({"steps": "many"})");
  message_of(Code::usage, [&] { read_model_defaults(folder.path()); });
}

TEST(ResolvedRequest, StrengthNeedsAPicture) {
  Request request;
  request.steps.strength = 0.5;
  message_of(Code::usage, [&] { resolve(request, {}); });
}

// A member of ResolvedRequest as text, so that two can be compared.
struct Member {
  const char* name;
  std::string (*text)(const ResolvedRequest& request);
};

template <typename T>
std::string text_of(const std::optional<T>& value) {
  return value ? field_text(*value) : "none";
}

std::string variations_of(const ResolvedRequest& request) {
  return variations_text(request.noise.variations);
}

const Member kMembers[] = {
    {"prompt", [](const ResolvedRequest& r) { return r.prompt; }},
    {"negative", [](const ResolvedRequest& r) { return r.negative; }},
    {"has_picture", [](const ResolvedRequest& r) { return field_text(r.has_picture); }},
    {"run.sampler", [](const ResolvedRequest& r) { return std::string(r.run.sampler.sampler->name); }},
    {"run.sampler.rule", [](const ResolvedRequest& r) { return std::string(sigma_schedule(r.run.sampler.rule).name); }},
    {"run.steps", [](const ResolvedRequest& r) { return field_text(r.run.steps); }},
    {"run.schedule.rule",
     [](const ResolvedRequest& r) {
       return r.run.schedule.rule ? std::string(sigma_schedule(*r.run.schedule.rule).name) : "none";
     }},
    {"run.schedule.sigmas", [](const ResolvedRequest& r) { return field_text(r.run.schedule.sigmas); }},
    {"run.schedule.spacing",
     [](const ResolvedRequest& r) {
       return r.run.schedule.spacing ? std::string(name_of(*r.run.schedule.spacing)) : "none";
     }},
    {"run.schedule.steps_offset", [](const ResolvedRequest& r) { return text_of(r.run.schedule.steps_offset); }},
    {"run.schedule.start_timestep", [](const ResolvedRequest& r) { return text_of(r.run.schedule.start_timestep); }},
    {"run.schedule.eta", [](const ResolvedRequest& r) { return text_of(r.run.schedule.eta); }},
    {"run.semantics", [](const ResolvedRequest& r) { return std::string(r.run.semantics->name); }},
    {"run.has_picture", [](const ResolvedRequest& r) { return field_text(r.run.has_picture); }},
    {"run.strength", [](const ResolvedRequest& r) { return field_text(r.run.strength); }},
    {"run.full_strength_is_noise", [](const ResolvedRequest& r) { return field_text(r.run.full_strength_is_noise); }},
    {"run.exact_steps", [](const ResolvedRequest& r) { return field_text(r.run.exact_steps); }},
    {"run.denoising_start", [](const ResolvedRequest& r) { return text_of(r.run.denoising_start); }},
    {"run.denoising_end", [](const ResolvedRequest& r) { return text_of(r.run.denoising_end); }},
    {"guidance.scale", [](const ResolvedRequest& r) { return field_text(r.guidance.scale); }},
    {"guidance.scales", [](const ResolvedRequest& r) { return field_text(r.guidance.scales); }},
    {"guidance.picture_scale", [](const ResolvedRequest& r) { return field_text(r.guidance.picture_scale); }},
    {"guidance.rescale", [](const ResolvedRequest& r) { return field_text(r.guidance.rescale); }},
    {"guidance.begin", [](const ResolvedRequest& r) { return field_text(r.guidance.begin); }},
    {"guidance.end", [](const ResolvedRequest& r) { return field_text(r.guidance.end); }},
    {"width", [](const ResolvedRequest& r) { return text_of(r.width); }},
    {"height", [](const ResolvedRequest& r) { return text_of(r.height); }},
    {"fit", [](const ResolvedRequest& r) { return std::string(fit_mode_name(r.fit)); }},
    {"hires_strength", [](const ResolvedRequest& r) { return text_of(r.hires_strength); }},
    {"noise.source", [](const ResolvedRequest& r) { return std::string(r.noise.source->name); }},
    {"noise.seed", [](const ResolvedRequest& r) { return field_text(r.noise.seed); }},
    {"noise.variations", variations_of},
    {"noise.perlin", [](const ResolvedRequest& r) { return field_text(r.noise.perlin); }},
    {"noise.step_noise",
     [](const ResolvedRequest& r) {
       return std::to_string(static_cast<int>(r.noise.step_noise));  // continued, own, brownian
     }},
    {"seed", [](const ResolvedRequest& r) { return text_of(r.seed); }},
    {"effects.threshold", [](const ResolvedRequest& r) { return field_text(r.effects.threshold); }},
    {"effects.h_symmetry", [](const ResolvedRequest& r) { return text_of(r.effects.h_symmetry); }},
    {"effects.v_symmetry", [](const ResolvedRequest& r) { return text_of(r.effects.v_symmetry); }},
    {"seamless.x", [](const ResolvedRequest& r) { return field_text(r.seamless.x); }},
    {"seamless.y", [](const ResolvedRequest& r) { return field_text(r.seamless.y); }},
    {"vae_sample", [](const ResolvedRequest& r) { return field_text(r.vae_sample); }},
    {"clip_skip", [](const ResolvedRequest& r) { return field_text(r.clip_skip); }},
    {"init", [](const ResolvedRequest& r) { return text_of(r.init); }},
    {"init_color", [](const ResolvedRequest& r) { return text_of(r.init_color); }},
    {"batch_size", [](const ResolvedRequest& r) { return field_text(r.batch_size); }},
    {"step_strip", [](const ResolvedRequest& r) { return field_text(r.step_strip); }},
    {"save_intermediates", [](const ResolvedRequest& r) { return field_text(r.save_intermediates); }},
    {"max_memory_gib", [](const ResolvedRequest& r) { return text_of(r.max_memory_gib); }},
};

using Changes = std::vector<std::pair<std::string, std::string>>;

// The members in which a request differs from another, with its texts.
Changes changes_of(const ResolvedRequest& request, const ResolvedRequest& from) {
  Changes changes;
  for (const Member& member : kMembers) {
    if (member.text(request) != member.text(from)) changes.emplace_back(member.name, member.text(request));
  }
  return changes;
}

using Texts = std::vector<std::pair<const char*, const char*>>;

Request request_with(const Texts& fields) {
  Request request;
  for (const auto& [name, text] : fields) {
    const Field& field = find_field(name);
    set_field(request, field, parse_field(field, text));
  }
  return request;
}

// What a value that is not the default changes, alone. `beside`: what the field needs to mean anything.
struct Reach {
  const char* field;
  const char* value;
  Changes changes;
  Texts beside = {};
};

const Reach kReaches[] = {
    {"init", "a.png", {{"init", "a.png"}}},
    {"prompt", "fire", {{"prompt", "fire"}}},
    {"negative", "smoke", {{"negative", "smoke"}}},
    {"vae_sample", "true", {{"vae_sample", "true"}}},
    {"init_color", "b.png", {{"init_color", "b.png"}}},
    {"strength", "0.5", {{"run.strength", "0.5"}}},
    {"steps", "12", {{"run.steps", "12"}}},
    {"sampler", "lms", {{"run.sampler", "lms"}}},
    {"schedule", "beta", {{"run.schedule.rule", "beta"}}},
    {"spacing", "trailing", {{"run.schedule.spacing", "trailing"}}},
    {"sigmas",
     "3,2,1,0",
     {{"run.steps", "3"},
      {"run.schedule.rule", std::string(sigma_schedule(SigmaRule::explicit_sigmas).name)},
      {"run.schedule.sigmas", "3,2,1,0"}}},
    {"eta", "0.5", {{"run.schedule.eta", "0.5"}}},
    {"exact_steps", "true", {{"run.exact_steps", "true"}}},
    {"denoising_start", "0.4", {{"run.denoising_start", "0.4"}}},
    {"denoising_end", "0.8", {{"run.denoising_end", "0.8"}}},
    {"semantics", "a1111", {{"run.semantics", "a1111"}}},
    {"cfg_scale", "4", {{"guidance.scale", "4"}}},
    {"image_cfg_scale", "2", {{"guidance.picture_scale", "2"}}},
    {"cfg_scales", "4,5", {{"guidance.scales", "4,5"}}},
    {"cfg_rescale", "0.7", {{"guidance.rescale", "0.7"}}},
    {"guidance_start", "0.2", {{"guidance.begin", "0.2"}}},
    {"guidance_end", "0.8", {{"guidance.end", "0.8"}}},
    {"seed", "7", {{"noise.seed", "7"}, {"seed", "7"}}},
    {"noise", "torch-cuda", {{"noise.source", "torch-cuda"}}},
    {"step_noise", "brownian", {{"noise.step_noise", "2"}}},
    {"variation_amount", "0.2", {{"noise.variations", "9:0.2"}}, {{"variation_seed", "9"}}},
    {"variation_seed", "8", {{"noise.variations", "8:0.2"}}, {{"variation_amount", "0.2"}}},
    {"with_variations", "5:0.1,6:0.3", {{"noise.variations", "5:0.1,6:0.3"}}, {{"seed", "3"}}},
    {"perlin", "0.3", {{"noise.perlin", "0.3"}}},
    {"width", "256", {{"width", "256"}}, {{"height", "128"}}},
    {"height", "256", {{"height", "256"}}, {{"width", "128"}}},
    {"fit", "pad", {{"fit", "pad"}}},
    {"hires_fix", "true", {{"hires_strength", "0.75"}}},
    {"hires_strength", "0.4", {{"hires_strength", "0.4"}}, {{"hires_fix", "true"}}},
    {"threshold", "2", {{"effects.threshold", "2"}}},
    {"h_symmetry_time_pct", "0.3", {{"effects.h_symmetry", "0.3"}}},
    {"v_symmetry_time_pct", "0.4", {{"effects.v_symmetry", "0.4"}}},
    {"seamless", "true", {{"seamless.x", "true"}, {"seamless.y", "true"}}},
    {"seamless_axes", "y", {{"seamless.y", "true"}}},
    {"clip_skip", "2", {{"clip_skip", "2"}}},
    {"batch_size", "4", {{"batch_size", "4"}}},
    {"step_strip", "true", {{"step_strip", "true"}}},
    {"save_intermediates", "5", {{"save_intermediates", "5"}}},
    {"max_memory", "1.5", {{"max_memory_gib", "1.5"}}},
    // These choose the model (engine/model_choice.h) and count the pictures (Engine::run_each): the record alone has
    // them from here.
    {"model", "emoji-128", {}},
    {"vae", "v.safetensors", {}},
    {"prediction", "v_prediction", {}},
    {"model_config", "some/folder", {}},
    {"preview_vae", "p.safetensors", {}},
    {"images", "3", {}},
};

// The value without which a field that stands beside it means nothing: another one than that of the row.
ResolvedRequest without(const Reach& reach) {
  Texts texts = reach.beside;
  const std::string_view field = reach.field;
  if (field == "variation_amount") texts.clear();
  if (field == "variation_seed") texts.emplace_back("variation_seed", "9");
  if (field == "width" || field == "height") texts.emplace_back(reach.field, "128");
  return resolve(request_with(texts), {}, true);
}

TEST(ResolvedRequest, EveryFieldReachesItsPlaceAndNoOther) {
  for (const Field* field : request_fields()) {
    const auto* reach = std::ranges::find(kReaches, field->name, &Reach::field);
    ASSERT_NE(reach, std::end(kReaches)) << field->name << " has no row here";
    Texts texts = reach->beside;
    texts.emplace_back(reach->field, reach->value);
    const ResolvedRequest resolved = resolve(request_with(texts), {}, true);
    EXPECT_EQ(changes_of(resolved, without(*reach)), reach->changes) << field->name;
    const bool is_pair = field->name == "variation_amount" || field->name == "variation_seed";
    EXPECT_EQ(resolved.origin(is_pair ? "with_variations" : field->name), Origin::asked) << field->name;
  }
  EXPECT_EQ(std::size(kReaches), request_fields().size());
}

TEST(ResolvedRequest, EveryRowAsksForSomethingElseThanTheDefault) {
  for (const Reach& reach : kReaches) EXPECT_NE(find_field(reach.field).fallback, reach.value) << reach.field;
}

// A member that is added makes the binding fail to compile: it wants its line here.
TEST(ResolvedRequest, TheDefaultsOfTheTableAreThoseOfTheStructs) {
  const ResolvedRequest resolved = resolve({}, {});
  {
    const auto& [sampler, steps, schedule, semantics, has_picture, strength, is_noise, exact, start, end] =
        resolved.run;
    const auto& [rule, sigmas, spacing, offset, start_timestep, eta] = schedule;
    const RunChoice plain;
    EXPECT_EQ(sampler.sampler, plain.sampler.sampler);
    EXPECT_EQ(sampler.rule, plain.sampler.rule);
    EXPECT_EQ(steps, plain.steps);
    EXPECT_EQ(rule, plain.schedule.rule);
    EXPECT_EQ(sigmas, plain.schedule.sigmas);
    EXPECT_EQ(spacing, plain.schedule.spacing);
    EXPECT_EQ(offset, plain.schedule.steps_offset);
    EXPECT_EQ(start_timestep, plain.schedule.start_timestep);
    EXPECT_EQ(eta, plain.schedule.eta);
    EXPECT_EQ(semantics, plain.semantics);
    EXPECT_EQ(has_picture, plain.has_picture);
    EXPECT_EQ(strength, plain.strength);
    EXPECT_EQ(is_noise, plain.full_strength_is_noise);
    EXPECT_EQ(exact, plain.exact_steps);
    EXPECT_EQ(start, plain.denoising_start);
    EXPECT_EQ(end, plain.denoising_end);
  }
  {
    const auto& [scale, scales, picture_scale, rescale, begin, end] = resolved.guidance;
    const Guidance plain;
    EXPECT_EQ(scale, plain.scale);
    EXPECT_EQ(scales, plain.scales);
    EXPECT_EQ(picture_scale, plain.picture_scale);
    EXPECT_EQ(rescale, plain.rescale);
    EXPECT_EQ(begin, plain.begin);
    EXPECT_EQ(end, plain.end);
  }
  {
    const auto& [source, seed, variations, perlin, step_noise] = resolved.noise;
    const NoiseRequest plain;
    EXPECT_EQ(source, plain.source);
    EXPECT_EQ(seed, plain.seed);
    EXPECT_EQ(variations, plain.variations);
    EXPECT_EQ(perlin, plain.perlin);
    EXPECT_EQ(step_noise, plain.step_noise);
  }
  {
    const auto& [threshold, h_symmetry, v_symmetry] = resolved.effects;
    const LatentEffects plain;
    EXPECT_EQ(threshold, plain.threshold);
    EXPECT_EQ(h_symmetry, plain.h_symmetry);
    EXPECT_EQ(v_symmetry, plain.v_symmetry);
  }
  const GenerateRequest generation;
  EXPECT_EQ(resolved.clip_skip, generation.clip_skip);
  EXPECT_EQ(resolved.vae_sample, generation.vae_sample);
  EXPECT_EQ(resolved.seamless, generation.seamless);
  EXPECT_EQ(resolved.negative, generation.negative);
  EXPECT_EQ(changes_of(resolved, ResolvedRequest{}), Changes{}) << "and those of ResolvedRequest itself";
}

TEST(ResolvedRequest, ExplicitSigmasSetTheStepsUnlessTheRequestSaysAnother) {
  const ModelDefaults model{{"steps", int64_t{20}}};
  const ResolvedRequest resolved = resolve(request_with({{"sigmas", "14.6,6.5,2.9,1,0"}}), model);
  EXPECT_EQ(resolved.run.steps, 4) << "the model's number of steps is for its own levels";
  EXPECT_EQ(resolved.fields.steps.steps, 4) << "and the record says what was run";
  EXPECT_EQ(resolve(request_with({{"sigmas", "14.6,0"}, {"steps", "9"}}), model).run.steps, 9)
      << "left to plan_run, which refuses it";
  message_of(Code::usage, [] { resolve(request_with({{"sigmas", "3,1,0"}, {"schedule", "karras"}}), {}); });
}

TEST(ResolvedRequest, ASamplersNameMayImplyASchedule) {
  const auto rule_of = [](const char* sampler) { return resolve(request_with({{"sampler", sampler}}), {}).run; };
  EXPECT_EQ(rule_of("euler").sampler.rule, SigmaRule::model);
  EXPECT_EQ(rule_of("euler_k").sampler.rule, SigmaRule::karras);
  EXPECT_EQ(rule_of("euler_k").sampler.sampler, rule_of("euler").sampler.sampler);
  EXPECT_EQ(rule_of("DPM++ 2M Karras").sampler.rule, SigmaRule::karras);
  EXPECT_FALSE(rule_of("euler_k").schedule.rule) << "what was asked for by itself is another matter";
  const ResolvedRequest both = resolve(request_with({{"sampler", "euler_k"}, {"schedule", "beta"}}), {});
  EXPECT_EQ(both.run.sampler.rule, SigmaRule::karras);
  EXPECT_EQ(both.run.schedule.rule, SigmaRule::beta) << "left to plan_run, which refuses the two together";
}

TEST(ResolvedRequest, DenoisingStartReplacesStrength) {
  const ResolvedRequest resolved = resolve(request_with({{"denoising_start", "0.4"}}), {}, true);
  EXPECT_EQ(resolved.run.denoising_start, 0.4);
  EXPECT_FALSE(resolved.fields.steps.strength) << "a strength that was not used is not written down";
  message_of(Code::usage, [] { resolve(request_with({{"denoising_start", "0.4"}, {"strength", "0.5"}}), {}, true); });
  message_of(Code::usage, [] { resolve(request_with({{"denoising_start", "0.4"}}), {}, false); });
}

TEST(ResolvedRequest, AWidthAloneIsForTextToImage) {
  for (const char* side : {"width", "height"}) {
    const Request request = request_with({{side, "256"}});
    EXPECT_EQ(message_of(Code::usage, [&] { resolve(request, {}, true); }),
              "width and height go together; give both, or neither for the model's native size");
    const ResolvedRequest resolved = resolve(request, {}, false);
    EXPECT_EQ(resolved.width.value_or(0) + resolved.height.value_or(0), 256) << "the other is the model's";
  }
}

TEST(ResolvedRequest, FieldsThatNeedAPictureAreRefusedWithoutOne) {
  for (const Reach& reach : kReaches) {
    const Field& field = find_field(reach.field);
    if (!field.needs_picture || field.is_positional) continue;
    Texts texts = reach.beside;
    texts.emplace_back(reach.field, reach.value);
    EXPECT_EQ(message_of(Code::usage, [&] { resolve(request_with(texts), {}, false); }),
              std::string(reach.field) + " needs a picture to start from; use img2img");
  }
}

}  // namespace
}  // namespace redraw
