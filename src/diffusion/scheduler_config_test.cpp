#include "diffusion/scheduler_config.h"

#include <cmath>
#include <gtest/gtest.h>

#include "base/json.h"
#include "diffusion/test_support.h"

namespace redraw {
namespace {

SchedulerConfig parse(std::string_view text) {
  return parse_scheduler_config(JsonObject::parse(text, "scheduler_config.json"));
}

TEST(SchedulerConfig, ReadsAUsualFile) {
  const SchedulerConfig config = parse(R"({"_class_name": "PNDMScheduler", "_diffusers_version": "0.21.4",
      "beta_end": 0.012, "beta_schedule": "scaled_linear", "beta_start": 0.00085, "clip_sample": false,
      "num_train_timesteps": 1000, "prediction_type": "v_prediction", "set_alpha_to_one": false,
      "skip_prk_steps": true, "steps_offset": 1, "timestep_spacing": "leading", "trained_betas": null})");
  EXPECT_EQ(config.class_name, "PNDMScheduler");
  EXPECT_EQ(config.num_train_timesteps, 1000);
  EXPECT_EQ(config.beta_start, 0.00085);
  EXPECT_EQ(config.beta_end, 0.012);
  EXPECT_EQ(config.beta_schedule, BetaSchedule::scaled_linear);
  EXPECT_TRUE(config.trained_betas.empty());
  EXPECT_EQ(config.prediction_type, PredictionType::v_prediction);
  EXPECT_EQ(config.timestep_spacing, TimestepSpacing::leading);
  EXPECT_EQ(config.steps_offset, 1);
  EXPECT_EQ(config.set_alpha_to_one, false);
  EXPECT_EQ(config.clip_sample, false);
  EXPECT_EQ(config.skip_prk_steps, true);
}

TEST(SchedulerConfig, ReadsTheRarerFields) {
  const SchedulerConfig config = parse(R"({"beta_schedule": "squaredcos_cap_v2", "num_train_timesteps": 2,
      "trained_betas": [0.1, 0.2], "prediction_type": "sample", "timestep_spacing": "trailing", "clip_sample": true,
      "clip_sample_range": 2.5, "rescale_betas_zero_snr": true, "use_karras_sigmas": true,
      "interpolation_type": "log_linear", "final_sigmas_type": "sigma_min", "set_alpha_to_one": true})");
  EXPECT_EQ(config.beta_schedule, BetaSchedule::squaredcos_cap_v2);
  EXPECT_EQ(config.trained_betas, (std::vector<double>{0.1, 0.2}));
  EXPECT_EQ(config.prediction_type, PredictionType::sample);
  EXPECT_EQ(config.timestep_spacing, TimestepSpacing::trailing);
  EXPECT_EQ(config.clip_sample, true);
  EXPECT_EQ(config.clip_sample_range, 2.5);
  EXPECT_TRUE(config.rescale_betas_zero_snr);
  EXPECT_EQ(config.sigma_rule, SigmaRule::karras);
  EXPECT_EQ(config.interpolation_type, SigmaInterpolation::log_linear);
  EXPECT_EQ(config.final_sigmas_type, FinalSigma::sigma_min);
  EXPECT_EQ(config.set_alpha_to_one, true);
  EXPECT_EQ(parse(R"({"use_exponential_sigmas": true})").sigma_rule, SigmaRule::exponential);
  EXPECT_EQ(parse(R"({"use_beta_sigmas": true})").sigma_rule, SigmaRule::beta);
}

TEST(SchedulerConfig, ReadsTheFieldsOfTheSolversInLambda) {
  const SchedulerConfig config = parse(R"({"algorithm_type": "noise_prediction", "solver_order": 3,
      "predictor_order": 4, "corrector_order": 1, "solver_type": "bh1", "lower_order_final": false,
      "euler_at_final": true, "use_lu_lambdas": true, "predict_x0": false, "disable_corrector": [0, 2],
      "lambda_min_clipped": -5.1, "variance_type": "fixed_small", "solver_p": null})");
  EXPECT_EQ(config.algorithm_type, AlgorithmType::noise_prediction);
  EXPECT_EQ(config.solver_order, 3);
  EXPECT_EQ(config.predictor_order, 4);
  EXPECT_EQ(config.corrector_order, 1);
  EXPECT_EQ(config.solver_type, SolverType::bh1);
  EXPECT_EQ(config.lower_order_final, false);
  EXPECT_TRUE(config.euler_at_final);
  EXPECT_TRUE(config.use_lu_lambdas);
  EXPECT_FALSE(config.predict_x0);
  EXPECT_EQ(config.disable_corrector, (std::vector<int64_t>{0, 2}));
  EXPECT_EQ(config.lambda_min_clipped, -5.1);
}

// As DPMSolverMultistepScheduler().save_config of diffusers 0.42.1 writes it, whole.
TEST(SchedulerConfig, ReadsTheInfinityThatDiffusersWrites) {
  const SchedulerConfig config = parse(R"({"_class_name": "DPMSolverMultistepScheduler",
      "_diffusers_version": "0.42.1", "algorithm_type": "dpmsolver++", "beta_end": 0.02, "beta_schedule": "linear",
      "beta_start": 0.0001, "dynamic_thresholding_ratio": 0.995, "euler_at_final": false,
      "final_sigmas_type": "zero", "flow_shift": 1.0, "lambda_min_clipped": -Infinity, "lower_order_final": true,
      "num_train_timesteps": 1000, "prediction_type": "epsilon", "rescale_betas_zero_snr": false,
      "sample_max_value": 1.0, "solver_order": 2, "solver_type": "midpoint", "steps_offset": 0,
      "thresholding": false, "time_shift_type": "exponential", "timestep_spacing": "linspace",
      "trained_betas": null, "use_beta_sigmas": false, "use_dynamic_shifting": false,
      "use_exponential_sigmas": false, "use_flow_sigmas": false, "use_karras_sigmas": false,
      "use_lu_lambdas": false, "variance_type": null})");
  EXPECT_EQ(config.class_name, "DPMSolverMultistepScheduler");
  EXPECT_TRUE(std::isinf(config.lambda_min_clipped));
  EXPECT_EQ(thrown_by([] { parse(R"({"lambda_min_clipped": Infinity})"); }).code, Code::json_wrong_type);
}

TEST(SchedulerConfig, LeavesOpenWhatTheFileDoesNotSay) {
  const SchedulerConfig config = parse("{}");
  EXPECT_EQ(config.timestep_spacing, std::nullopt);
  EXPECT_EQ(config.set_alpha_to_one, std::nullopt);
  EXPECT_EQ(config.clip_sample, std::nullopt);
  EXPECT_EQ(config.steps_offset, 0);
  EXPECT_EQ(config.beta_schedule, BetaSchedule::linear);
  EXPECT_EQ(config.sigma_rule, SigmaRule::model);
  EXPECT_EQ(config.algorithm_type, std::nullopt);
  EXPECT_EQ(config.solver_type, std::nullopt);
  EXPECT_EQ(config.lower_order_final, std::nullopt);
  EXPECT_EQ(config.solver_order, 2);
  EXPECT_TRUE(config.predict_x0);
  EXPECT_TRUE(std::isinf(config.lambda_min_clipped));
}

TEST(SchedulerConfig, ReadsTheOneOfTheModelInTheBox) {
  const SchedulerConfig config = parse_scheduler_config(
      JsonObject::read(REDRAW_SOURCE_DIR "/models/emoji-128/scheduler/scheduler_config.json", FileOf::model));
  EXPECT_EQ(config.class_name, "PNDMScheduler");
  EXPECT_EQ(config.timestep_spacing, TimestepSpacing::leading);
}

TEST(SchedulerConfig, NamesTheFieldAndTheKnownValuesOfAnUnknownOne) {
  EXPECT_EQ(thrown_by([] { parse(R"({"prediction_type": "flow"})"); }).message,
            "scheduler_config.json: 'prediction_type' is 'flow'; it must be one of epsilon, v_prediction, sample");
  for (const char* field : {"beta_schedule", "prediction_type", "timestep_spacing", "interpolation_type",
                            "final_sigmas_type", "algorithm_type", "solver_type"}) {
    const Thrown thrown = thrown_by([&] { parse("{\"" + std::string(field) + "\": \"other\"}"); });
    EXPECT_EQ(thrown.code, Code::model_unsupported) << field;
    EXPECT_NE(thrown.message.find(std::string("'") + field + "' is 'other'; it must be one of "), std::string::npos)
        << thrown.message;
  }
}

TEST(SchedulerConfig, RefusesWhatItDoesNotSupportWhenItIsSwitchedOn) {
  struct Row {
    const char* off;
    const char* on;
  };
  constexpr Row kRows[] = {
      {R"({"thresholding": false})", R"({"thresholding": true})"},
      {R"({"use_flow_sigmas": false})", R"({"use_flow_sigmas": true})"},
      {R"({"use_dynamic_shifting": false})", R"({"use_dynamic_shifting": true})"},
      {R"({"sigma_min": null})", R"({"sigma_min": 0.002})"},
      {R"({"sigma_max": null})", R"({"sigma_max": 700.0})"},
      {R"({"solver_p": null})", R"({"solver_p": ["diffusers", "DDIMScheduler"]})"},
      {R"({"variance_type": "fixed_small"})", R"({"variance_type": "learned_range"})"},
      {R"({"timestep_type": "discrete"})", R"({"timestep_type": "continuous"})"},
      {R"({"_class_name": "DDIMScheduler"})", R"({"_class_name": "FlowMatchEulerDiscreteScheduler"})"},
  };
  for (const Row& row : kRows) {
    EXPECT_NO_THROW(parse(row.off)) << row.off;
    EXPECT_EQ(thrown_by([&] { parse(row.on); }).code, Code::model_unsupported) << row.on;
  }
}

TEST(SchedulerConfig, RefusesWrongTypesAndRanges) {
  struct Row {
    const char* text;
    Code code;
  };
  constexpr Row kRows[] = {
      {R"({"num_train_timesteps": 1})", Code::json_out_of_range},
      {R"({"num_train_timesteps": 1e3})", Code::json_wrong_type},
      {R"({"num_train_timesteps": 9000000000})", Code::json_out_of_range},
      {R"({"beta_start": 0})", Code::json_out_of_range},
      {R"({"beta_end": 1.0})", Code::json_out_of_range},
      {R"({"beta_end": "0.012"})", Code::json_wrong_type},
      {R"({"steps_offset": -1})", Code::json_out_of_range},
      {R"({"steps_offset": 1000})", Code::json_out_of_range},
      {R"({"solver_order": 0})", Code::json_out_of_range},
      {R"({"solver_order": 7})", Code::json_out_of_range},
      {R"({"predictor_order": 5})", Code::json_out_of_range},
      {R"({"corrector_order": 0})", Code::json_out_of_range},
      {R"({"lower_order_final": 1})", Code::json_wrong_type},
      {R"({"disable_corrector": [-1]})", Code::json_out_of_range},
      {R"({"lambda_min_clipped": 1.0})", Code::json_out_of_range},
      {R"({"clip_sample": 1})", Code::json_wrong_type},
      {R"({"clip_sample_range": 0})", Code::json_out_of_range},
      {R"({"trained_betas": [0.1, 0.2]})", Code::json_out_of_range},
      {R"({"num_train_timesteps": 2, "trained_betas": [0.1, 1.5]})", Code::json_out_of_range},
      {R"({"num_train_timesteps": 2, "trained_betas": [0.1, "x"]})", Code::json_wrong_type},
      {R"({"timestep_spacing": 1})", Code::json_wrong_type},
      {R"({"use_karras_sigmas": true, "use_exponential_sigmas": true})", Code::json_out_of_range},
  };
  for (const Row& row : kRows) EXPECT_EQ(thrown_by([&] { parse(row.text); }).code, row.code) << row.text;
}

TEST(SchedulerConfig, NamesItsChoicesAsTheFilesDo) {
  EXPECT_EQ(name_of(PredictionType::v_prediction), "v_prediction");
  EXPECT_EQ(name_of(TimestepSpacing::trailing), "trailing");
}

}  // namespace
}  // namespace redraw
