#include "diffusion/solver/distilled.h"

#include <algorithm>

namespace redraw {

SchedulerConfig adopt_for_distilled(SchedulerConfig config) {
  config.timestep_spacing = TimestepSpacing::leading;
  config.clip_sample = config.clip_sample.value_or(false);
  config.sigma_rule = SigmaRule::model;
  return config;
}

StepTable distilled_step_table(const SchedulerConfig& config, const NoiseSchedule& schedule, int64_t n,
                               std::string_view sampler) {
  const int64_t grid = std::max(config.original_inference_steps, n);
  const int64_t stride = config.num_train_timesteps / grid;
  StepTable table;
  for (int64_t i = 0; i < n; ++i) {
    // numpy.floor(numpy.linspace(0, grid, n, endpoint=False)[i])
    const auto index =
        static_cast<int64_t>(static_cast<double>(i) * (static_cast<double>(grid) / static_cast<double>(n)));
    add_whole_timestep(table, config, schedule, (grid - index) * stride - 1, sampler);
  }
  return table;
}

}  // namespace redraw
