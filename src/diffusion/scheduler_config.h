// What a model's scheduler_config.json says about its noise and how it wants to be sampled.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace redraw {

class JsonObject;

enum class BetaSchedule { linear, scaled_linear, squaredcos_cap_v2 };
/// What the network's output stands for: the noise, the velocity (Salimans and Ho 2022), or the clean latent.
enum class PredictionType { epsilon, v_prediction, sample };
/// How n timesteps are laid over the training ones (Lin et al. 2024, Table 2).
enum class TimestepSpacing { linspace, leading, trailing };
/// Which noise levels the steps visit: the model's own at its timesteps, or a rule of their own (sigma_schedule.h).
enum class SigmaRule {
  model,
  karras,
  exponential,
  beta,
  sgm_uniform,
  simple,
  kl_optimal,
  align_your_steps,
  align_your_steps_sdxl,
  explicit_sigmas
};
/// How noise levels between the training timesteps are found (EulerDiscreteScheduler only).
enum class SigmaInterpolation { linear, log_linear };
/// The noise level that the last step ends on (Euler and the solvers in lambda).
enum class FinalSigma { zero, sigma_min };
/// How a multistep solver uses the slope between two estimates. Each class knows some of these and reads the others,
/// which stand in models' files because classes share their configs, as its own default.
enum class SolverType { midpoint, heun, logrho, bh1, bh2 };
/// Which integral a solver approximates. A sampler's name decides that here; only SA-Solver asks the file.
enum class AlgorithmType {
  dpmsolver,
  dpmsolver_plus_plus,
  sde_dpmsolver,
  sde_dpmsolver_plus_plus,
  deis,
  data_prediction,
  noise_prediction
};

std::string_view name_of(PredictionType type);
std::string_view name_of(TimestepSpacing spacing);
/// "epsilon", "v_prediction", "sample".
std::vector<std::string_view> prediction_type_names();
/// Throws Error(unknown_name) with the nearest known name.
PredictionType find_prediction_type(std::string_view name);
/// "linspace", "leading", "trailing".
std::vector<std::string_view> timestep_spacing_names();
/// Throws Error(unknown_name) with the nearest known name.
TimestepSpacing find_timestep_spacing(std::string_view name);

/// The fields of diffusers 0.42.1's schedulers that samplers here read. An optional is empty when the file does not
/// say: the default then is that of the sampler's own class, which is not the same for all (see `SamplerInfo::adopt`).
struct SchedulerConfig {
  std::string class_name;  ///< "PNDMScheduler"; empty when the file does not say
  int64_t num_train_timesteps = 1000;
  double beta_start = 0.0001;
  double beta_end = 0.02;
  BetaSchedule beta_schedule = BetaSchedule::linear;
  std::vector<double> trained_betas;  ///< empty, or num_train_timesteps of them, which then replace the three above
  PredictionType prediction_type = PredictionType::epsilon;
  std::optional<TimestepSpacing> timestep_spacing;
  int64_t steps_offset = 0;              ///< added to each timestep of the leading spacing
  std::optional<bool> set_alpha_to_one;  ///< DDIM's last step ends on alpha 1, not on the first timestep's
  std::optional<bool> clip_sample;       ///< DDIM clips its estimate of the clean latent
  double clip_sample_range = 1.0;        ///< to [-range, range]
  bool rescale_betas_zero_snr = false;   ///< Lin et al. 2024, Algorithm 1
  SigmaRule sigma_rule = SigmaRule::model;
  std::vector<double> sigmas;  ///< of explicit_sigmas: falling, the last one may be 0; one more than steps
  /// The timestep at whose noise level the first step begins, in (0, num_train_timesteps - 1]; empty: where the spacing
  /// or the rule puts it. With it the schedule's n steps are laid over [0, start_timestep] and begin exactly there.
  std::optional<double> start_timestep;
  SigmaInterpolation interpolation_type = SigmaInterpolation::linear;
  FinalSigma final_sigmas_type = FinalSigma::zero;
  // DPM-Solver, UniPC, DEIS, SA-Solver
  std::optional<AlgorithmType> algorithm_type;
  int64_t solver_order = 2;
  int64_t predictor_order = 2;  ///< SA-Solver's two
  int64_t corrector_order = 2;
  std::optional<SolverType> solver_type;
  std::optional<bool> lower_order_final;  ///< the last steps of a run of few are of lower order; empty: the class's own
  bool euler_at_final = false;            ///< the very last is of order 1, however many there are
  bool use_lu_lambdas = false;            ///< levels evenly in lambda (Lu et al. 2022), unless sigma_rule says others
  bool predict_x0 = true;                 ///< UniPC: integrates the clean latent, not the noise
  std::vector<int64_t> disable_corrector;  ///< UniPC: entries of the step table after which it does not correct
  /// Timesteps whose lambda = log(alpha / sigma) is below this are left out.
  double lambda_min_clipped = -std::numeric_limits<double>::infinity();
  std::optional<bool> skip_prk_steps;     ///< PNDM begins with its multistep formulas, not with Runge-Kutta steps
  int64_t original_inference_steps = 50;  ///< LCM, TCD: the steps of the distillation, of which theirs are some
  double timestep_scaling = 10.0;         ///< LCM: of the timestep in its boundary condition
  std::optional<double> eta;              ///< DDIM, TCD: share of new noise in a step, 0..1; empty: the class's own

  bool operator==(const SchedulerConfig&) const = default;
};

/// Reads a scheduler_config.json. Fields that only other solvers read are passed over, as diffusers does. Fields that
/// would change what these samplers compute and are not supported here (thresholding, flow matching, explicit sigma_min
/// and sigma_max, ...) throw Error(model_unsupported) when switched on. So does an unknown value. Wrong types and
/// ranges: json_wrong_type, json_out_of_range. Two sigma rules at once: json_out_of_range.
SchedulerConfig parse_scheduler_config(const JsonObject& json);

}  // namespace redraw
