#include "diffusion/scheduler_config.h"

#include <array>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json.h"
#include "base/listed.h"
#include "base/named_rows.h"
#include "base/utf8.h"

namespace redraw {
namespace {

template <typename Value>
struct Named {
  std::string_view name;
  Value value;
};

constexpr auto kBetaSchedules = std::to_array<Named<BetaSchedule>>({
    {"linear", BetaSchedule::linear},
    {"scaled_linear", BetaSchedule::scaled_linear},
    {"squaredcos_cap_v2", BetaSchedule::squaredcos_cap_v2},
});
constexpr auto kPredictionTypes = std::to_array<Named<PredictionType>>({
    {"epsilon", PredictionType::epsilon},
    {"v_prediction", PredictionType::v_prediction},
    {"sample", PredictionType::sample},
});
constexpr auto kSpacings = std::to_array<Named<TimestepSpacing>>({
    {"linspace", TimestepSpacing::linspace},
    {"leading", TimestepSpacing::leading},
    {"trailing", TimestepSpacing::trailing},
});
constexpr auto kInterpolations = std::to_array<Named<SigmaInterpolation>>({
    {"linear", SigmaInterpolation::linear},
    {"log_linear", SigmaInterpolation::log_linear},
});
constexpr auto kSolverTypes = std::to_array<Named<SolverType>>({
    {"midpoint", SolverType::midpoint},
    {"heun", SolverType::heun},
    {"logrho", SolverType::logrho},
    {"bh1", SolverType::bh1},
    {"bh2", SolverType::bh2},
});
constexpr auto kAlgorithmTypes = std::to_array<Named<AlgorithmType>>({
    {"dpmsolver", AlgorithmType::dpmsolver},
    {"dpmsolver++", AlgorithmType::dpmsolver_plus_plus},
    {"sde-dpmsolver", AlgorithmType::sde_dpmsolver},
    {"sde-dpmsolver++", AlgorithmType::sde_dpmsolver_plus_plus},
    {"deis", AlgorithmType::deis},
    {"data_prediction", AlgorithmType::data_prediction},
    {"noise_prediction", AlgorithmType::noise_prediction},
});
constexpr auto kFinalSigmas = std::to_array<Named<FinalSigma>>({
    {"zero", FinalSigma::zero},
    {"sigma_min", FinalSigma::sigma_min},
});

std::string in_quotes(std::string_view name) {
  std::string result(1, '\'');
  result += cut_utf8(name, 100);
  result += '\'';
  return result;
}

template <typename Value, size_t n>
std::string_view name_in(const std::array<Named<Value>, n>& table, Value value) {
  for (const auto& entry : table) {
    if (entry.value == value) return entry.name;
  }
  return "?";  // not reached: every enumerator has its row
}

template <typename Value, size_t n>
Value choice(const JsonObject& json, std::string_view field, const std::array<Named<Value>, n>& table) {
  const std::string name = json.string(field);
  for (const auto& entry : table) {
    if (entry.name == name) return entry.value;
  }
  throw Error(Code::model_unsupported, json.where() + ": '" + std::string(field) + "' is " + in_quotes(name) +
                                           "; it must be one of " + joined(names_of_rows(table)));
}

// Fields that change what is computed and that nothing here computes: refused rather than passed over.
constexpr auto kUnsupportedSwitches = std::to_array<std::string_view>({
    "thresholding",
    "use_flow_sigmas",
    "use_dynamic_shifting",
});
constexpr auto kUnsupportedValues = std::to_array<std::string_view>({"sigma_min", "sigma_max", "solver_p"});
/// Classes whose networks are trained otherwise, by how their names begin, and whose models they are.
struct OtherClass {
  std::string_view start;
  std::string_view models;
};
constexpr auto kUnsupportedClasses = std::to_array<OtherClass>({
    {"FlowMatch", "flow matching, as FLUX, Stable Diffusion 3 and their like have it"},
    {"EDM", "EDM's formulation, as Playground 2.5 and CosXL have it"},
    {"CogVideoX", "CogVideoX, which makes moving pictures"},
    {"VQDiffusion", "VQ-Diffusion"},
    {"CMStochastic", "a consistency model of pixels"},
    {"DDPMWuerstchen", "Stable Cascade"},
    {"UnCLIP", "unCLIP or Kandinsky"},
});

[[noreturn]] void refuse_config(const JsonObject& json, std::string_view what) {
  throw Error(Code::model_unsupported, json.where() + ": " + std::string(what) +
                                           " is not supported; use a model whose scheduler does without it");
}

void refuse_unsupported(const JsonObject& json, const std::string& class_name) {
  for (const OtherClass& row : kUnsupportedClasses) {
    if (!class_name.starts_with(row.start)) continue;
    throw Error(Code::model_unsupported,
                json.where() + ": is the scheduler of " + std::string(row.models) + " (" + in_quotes(class_name) +
                    " as '_class_name'), which is not supported; use a Stable Diffusion model");
  }
  for (std::string_view field : kUnsupportedSwitches) {
    if (json.boolean(field, false)) refuse_config(json, in_quotes(field));
  }
  for (std::string_view field : kUnsupportedValues) {
    if (json.has(field)) refuse_config(json, in_quotes(field));
  }
  if (json.string("timestep_type", "discrete") != "discrete")
    refuse_config(json, "'timestep_type' other than 'discrete'");
  // The network's output is then twice as wide: a variance beside the mean.
  if (json.string("variance_type", "").starts_with("learned")) refuse_config(json, "a learned 'variance_type'");
}

std::vector<double> parse_trained_betas(const JsonObject& json, int64_t count) {
  std::vector<double> betas = json.numbers("trained_betas");
  if (std::ssize(betas) != count) {
    throw Error(Code::json_out_of_range, json.where() + ": 'trained_betas' has " + std::to_string(betas.size()) +
                                             " entries; it must have num_train_timesteps, " + std::to_string(count));
  }
  for (double beta : betas) {
    if (!(beta > 0.0 && beta < 1.0)) {
      throw Error(Code::json_out_of_range, json.where() + ": the entries of 'trained_betas' must lie between 0 and 1");
    }
  }
  return betas;
}

void parse_solver(const JsonObject& json, SchedulerConfig& config) {
  constexpr int64_t kHighestOrder = 6;  // of UniPC; no class but that goes beyond 4
  if (json.has("algorithm_type")) config.algorithm_type = choice(json, "algorithm_type", kAlgorithmTypes);
  if (json.has("solver_type")) config.solver_type = choice(json, "solver_type", kSolverTypes);
  config.solver_order = json.integer("solver_order", 1, kHighestOrder, config.solver_order);
  config.predictor_order = json.integer("predictor_order", 1, 4, config.predictor_order);
  config.corrector_order = json.integer("corrector_order", 1, 4, config.corrector_order);
  if (json.has("lower_order_final")) config.lower_order_final = json.boolean("lower_order_final");
  config.euler_at_final = json.boolean("euler_at_final", config.euler_at_final);
  config.use_lu_lambdas = json.boolean("use_lu_lambdas", config.use_lu_lambdas);
  config.predict_x0 = json.boolean("predict_x0", config.predict_x0);
  if (json.has("disable_corrector")) {
    config.disable_corrector = json.integers("disable_corrector", 0, config.num_train_timesteps);
  }
  // Its default is minus infinity, which diffusers writes out.
  if (!json.has("lambda_min_clipped") || json.raw()["lambda_min_clipped"] != "-Infinity") {
    config.lambda_min_clipped = json.number("lambda_min_clipped", -1e6, 0.0, config.lambda_min_clipped);
  }
}

SigmaRule parse_sigma_rule(const JsonObject& json) {
  constexpr auto kSwitches = std::to_array<Named<SigmaRule>>({
      {"use_karras_sigmas", SigmaRule::karras},
      {"use_exponential_sigmas", SigmaRule::exponential},
      {"use_beta_sigmas", SigmaRule::beta},
  });
  SigmaRule rule = SigmaRule::model;
  for (const auto& [field, its_rule] : kSwitches) {
    if (!json.boolean(field, false)) continue;
    if (rule != SigmaRule::model) {
      throw Error(Code::json_out_of_range,
                  json.where() +
                      ": only one of 'use_karras_sigmas', 'use_exponential_sigmas' and 'use_beta_sigmas' may be true");
    }
    rule = its_rule;
  }
  return rule;
}

}  // namespace

std::string_view name_of(PredictionType type) {
  return name_in(kPredictionTypes, type);
}
std::vector<std::string_view> prediction_type_names() {
  return names_of_rows(kPredictionTypes);
}
PredictionType find_prediction_type(std::string_view name) {
  return row_named(kPredictionTypes, "prediction type", name).value;
}

std::vector<std::string_view> timestep_spacing_names() {
  return names_of_rows(kSpacings);
}
TimestepSpacing find_timestep_spacing(std::string_view name) {
  return row_named(kSpacings, "spacing", name).value;
}
std::string_view name_of(TimestepSpacing spacing) {
  return name_in(kSpacings, spacing);
}

SchedulerConfig parse_scheduler_config(const JsonObject& json) {
  constexpr double kSmallest = 1e-12;  // keeps every alpha below 1 and every noise level above 0
  SchedulerConfig config;
  config.class_name = json.string("_class_name", "");
  refuse_unsupported(json, config.class_name);
  config.num_train_timesteps = json.integer("num_train_timesteps", 2, 100000, config.num_train_timesteps);
  config.beta_start = json.number("beta_start", kSmallest, 0.999, config.beta_start);
  config.beta_end = json.number("beta_end", kSmallest, 0.999, config.beta_end);
  if (json.has("beta_schedule")) config.beta_schedule = choice(json, "beta_schedule", kBetaSchedules);
  if (json.has("trained_betas")) config.trained_betas = parse_trained_betas(json, config.num_train_timesteps);
  if (json.has("prediction_type")) config.prediction_type = choice(json, "prediction_type", kPredictionTypes);
  if (json.has("timestep_spacing")) config.timestep_spacing = choice(json, "timestep_spacing", kSpacings);
  config.steps_offset = json.integer("steps_offset", 0, config.num_train_timesteps - 1, config.steps_offset);
  if (json.has("set_alpha_to_one")) config.set_alpha_to_one = json.boolean("set_alpha_to_one");
  if (json.has("clip_sample")) config.clip_sample = json.boolean("clip_sample");
  config.clip_sample_range = json.number("clip_sample_range", kSmallest, 1e6, config.clip_sample_range);
  config.rescale_betas_zero_snr = json.boolean("rescale_betas_zero_snr", config.rescale_betas_zero_snr);
  config.sigma_rule = parse_sigma_rule(json);
  if (json.has("interpolation_type")) config.interpolation_type = choice(json, "interpolation_type", kInterpolations);
  if (json.has("final_sigmas_type")) config.final_sigmas_type = choice(json, "final_sigmas_type", kFinalSigmas);
  parse_solver(json, config);
  if (json.has("skip_prk_steps")) config.skip_prk_steps = json.boolean("skip_prk_steps");
  config.original_inference_steps =
      json.integer("original_inference_steps", 1, config.num_train_timesteps, config.original_inference_steps);
  config.timestep_scaling = json.number("timestep_scaling", kSmallest, 1e6, config.timestep_scaling);
  return config;
}

}  // namespace redraw
