// Pseudo numerical methods (Liu et al. 2022, "Pseudo Numerical Methods for Diffusion Models on Manifolds"; diffusers
// 0.42.1 PNDMScheduler): linear multistep (PLMS), after three steps of Runge-Kutta unless the config skips them, as
// those of Stable Diffusion do. Its table has an entry for each call of the network.
#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "diffusion/samplers/list.h"
#include "diffusion/solver/adams_bashforth.h"
#include "diffusion/solver/network.h"

namespace redraw::pndm {
namespace {

SchedulerConfig adopt(SchedulerConfig config) {
  config.timestep_spacing = config.timestep_spacing.value_or(TimestepSpacing::leading);
  config.set_alpha_to_one = config.set_alpha_to_one.value_or(false);
  config.skip_prk_steps = config.skip_prk_steps.value_or(false);
  config.rescale_betas_zero_snr = false;
  config.sigma_rule = SigmaRule::model;
  return config;
}

// The first step is taken twice, the second time with the mean of its two ends: so the second entry stands twice.
void repeat_second_entry(StepTable& table) {
  const auto repeat = [](auto& values) {
    if (values.size() > 1) values.insert(values.begin() + 1, values[1]);
  };
  if (table.steps() < 2) return;
  repeat(table.timesteps);
  repeat(table.sigmas);
  repeat(table.alphas_cumprod);
  repeat(table.next_alphas_cumprod);
  repeat(table.signal_scales);
  repeat(table.noise_scales);
  table.repeated_entries = 1;
}

// Runge-Kutta steps need four timesteps of the spacing, and whole ones.
bool begins_with_runge_kutta(const SchedulerConfig& config, int64_t n) {
  return uses_training_timesteps(config) && !config.skip_prk_steps.value() && n >= 4;
}

// The first three steps take four calls each: at the step's beginning, twice in its middle, at its end.
StepTable with_runge_kutta_entries(const StepTable& spaced, const SchedulerConfig& config,
                                   const NoiseSchedule& schedule, int64_t n) {
  const int64_t half = config.num_train_timesteps / n / 2;
  StepTable table;
  const auto add = [&](double timestep) {
    add_whole_timestep(table, config, schedule, static_cast<int64_t>(timestep), "pndm");
  };
  for (size_t i = 0; i < 3; ++i) {
    add(spaced.timesteps[i]);
    add(spaced.timesteps[i] - static_cast<double>(half));
    add(spaced.timesteps[i] - static_cast<double>(half));
    add(spaced.timesteps[i + 1]);
  }
  for (size_t i = 3; i < spaced.timesteps.size(); ++i) add(spaced.timesteps[i]);
  table.repeated_entries = table.steps() - n;
  return table;
}

StepTable steps(const SchedulerConfig& config, const NoiseSchedule& schedule, int64_t n) {
  StepTable table;
  if (uses_training_timesteps(config)) {
    table = whole_timestep_table(config, schedule, n, "pndm");
    const bool runge_kutta = begins_with_runge_kutta(config, n);
    if (runge_kutta) table = with_runge_kutta_entries(table, config, schedule, n);
    const float final_alpha = config.set_alpha_to_one.value() ? 1.0f : schedule.alphas_cumprod.front();
    for (double timestep : table.timesteps) {
      const int64_t next = static_cast<int64_t>(timestep) - config.num_train_timesteps / n;
      table.next_alphas_cumprod.push_back(next >= 0 ? schedule.alphas_cumprod[static_cast<size_t>(next)] : final_alpha);
    }
    table.sigmas.push_back(std::sqrt((1.0f - final_alpha) / final_alpha));
    if (runge_kutta) return table;
  } else {
    table = alpha_step_table(config, schedule, n);
  }
  repeat_second_entry(table);
  return table;
}

// alpha_cumprod where the step began that ends at this entry.
float alpha_before(const SamplingPlan& plan, int64_t entry) {
  const double timestep = plan.table.timesteps[static_cast<size_t>(entry)];
  if (uses_training_timesteps(plan.config)) {
    const int64_t stride = plan.config.num_train_timesteps / (plan.table.steps() - plan.table.repeated_entries);
    const int64_t before = static_cast<int64_t>(timestep) + stride;
    return plan.schedule.alphas_cumprod[static_cast<size_t>(std::min(before, plan.config.num_train_timesteps - 1))];
  }
  while (entry > 0 && plan.table.timesteps[static_cast<size_t>(entry)] == timestep) --entry;
  return plan.table.alphas_cumprod[static_cast<size_t>(entry)];
}

// eq. 11: from alpha to next_alpha along `noise`, which need not be the network's own answer.
float transfer(float latent, float noise, float alpha, float next_alpha) {
  const float latent_share = std::sqrt(next_alpha / alpha);
  const float divisor = alpha * std::sqrt(1.0f - next_alpha) + std::sqrt(alpha * (1.0f - alpha) * next_alpha);
  return latent_share * latent - (next_alpha - alpha) * noise / divisor;
}

// One call's move: from where, along which answer (as the network gave it, or a sum of such), between which levels.
struct Move {
  std::span<const float> from;
  std::vector<float> answer;
  float alpha;
  float next_alpha;
};

// Takes the entries of a run one after the other. The reference counts its calls from the run's beginning, not from the
// table's, and so does this. So a run that begins in the middle takes its first call for the first of all, even where
// that skips a level or steps from another one (docs/image-to-image.md).
class Pndm {
 public:
  Pndm(const SamplingPlan& plan, const SamplerRun& run, size_t size)
      : plan_(plan),
        network_(plan, run, size),
        runge_kutta_calls_(begins_with_runge_kutta(plan.config, plan.table.steps() - plan.table.repeated_entries) ? 12
                                                                                                                  : 0),
        before_(size),
        sum_(size),
        original_(size) {}

  bool step(int64_t entry, int64_t call, std::span<float> latent) {
    const std::span<const float> output = network_.output_at(latent, plan_.table.timesteps[static_cast<size_t>(entry)]);
    apply(call < runge_kutta_calls_ ? runge_kutta(entry, call, output, latent) : multistep(entry, call, output, latent),
          latent);
    return network_.finish(entry, latent, original_);
  }

 private:
  // Appendix A.2 of the paper, whose four answers weigh 1/6, 1/3, 1/3, 1/6.
  Move runge_kutta(int64_t entry, int64_t call, std::span<const float> output, std::span<const float> latent) {
    const int64_t stage = call % 4;
    if (stage == 0) {
      history_.push(output);
      before_.assign(latent.begin(), latent.end());
      std::ranges::fill(sum_, 0.0f);
    }
    const float weight = stage == 0 || stage == 3 ? 1.0f / 6.0f : 1.0f / 3.0f;
    for (size_t k = 0; k < output.size(); ++k) sum_[k] += weight * output[k];
    const int64_t n = plan_.table.steps() - plan_.table.repeated_entries;
    const auto half = static_cast<int64_t>(plan_.config.num_train_timesteps / n / 2);
    const auto timestep = static_cast<int64_t>(plan_.table.timesteps[static_cast<size_t>(entry)]);
    const int64_t next = call % 2 == 0 ? timestep - half : timestep;
    const float final_alpha = plan_.config.set_alpha_to_one.value() ? 1.0f : plan_.schedule.alphas_cumprod.front();
    return {.from = before_,
            .answer = stage == 3 ? sum_ : std::vector<float>(output.begin(), output.end()),
            .alpha = plan_.table.alphas_cumprod[static_cast<size_t>(call / 4 * 4)],
            .next_alpha = next >= 0 ? plan_.schedule.alphas_cumprod[static_cast<size_t>(next)] : final_alpha};
  }

  Move multistep(int64_t entry, int64_t call, std::span<const float> output, std::span<const float> latent) {
    const auto at = static_cast<size_t>(entry);
    if (call == 1) {  // the first step again, with the mean of its two ends
      std::vector<float> mean(output.begin(), output.end());
      for (size_t k = 0; k < mean.size(); ++k) mean[k] = (output[k] + history_.newest()[k]) / 2.0f;
      return {before_, std::move(mean), alpha_before(plan_, entry), plan_.table.alphas_cumprod[at]};
    }
    if (call == 0) before_.assign(latent.begin(), latent.end());
    history_.push(output);
    std::vector<float> answer(output.size());
    for (size_t k = 0; k < answer.size(); ++k) answer[k] = history_.at(k);
    return {latent, std::move(answer), plan_.table.alphas_cumprod[at], plan_.table.next_alphas_cumprod[at]};
  }

  void apply(const Move& move, std::span<float> latent) {
    const float signal_scale = std::sqrt(move.alpha);
    const float noise_scale = std::sqrt(1.0f - move.alpha);
    for (size_t k = 0; k < latent.size(); ++k) {
      const float from = move.from[k];
      float noise = move.answer[k];
      if (plan_.config.prediction_type == PredictionType::v_prediction) {
        noise = signal_scale * noise + noise_scale * from;
      } else if (plan_.config.prediction_type == PredictionType::sample) {
        noise = (from - signal_scale * noise) / noise_scale;
      }
      original_[k] = (from - noise_scale * noise) / signal_scale;
      latent[k] = transfer(from, noise, move.alpha, move.next_alpha);
    }
  }

  const SamplingPlan& plan_;
  StepNetwork network_;
  int64_t runge_kutta_calls_;
  AdamsBashforth history_;
  std::vector<float> before_;  // the latent that the step at hand began with
  std::vector<float> sum_;
  std::vector<float> original_;
};

bool run(const SamplingPlan& plan, const SamplerRun& run, std::span<float> latent) {
  Pndm pndm(plan, run, latent.size());
  for (int64_t i = run.begin; i < run.end; ++i) {
    if (!pndm.step(i, i - run.begin, latent)) return false;
  }
  return true;
}

constexpr auto kAliases = std::to_array<std::string_view>({"plms"});

}  // namespace

const SamplerInfo kPndm = {.name = "pndm",
                           .aliases = kAliases,
                           .scheduler_class = "PNDMScheduler",
                           .source = "diffusers 0.42.1",
                           .adopt = adopt,
                           .steps = steps,
                           .run = run};

}  // namespace redraw::pndm
