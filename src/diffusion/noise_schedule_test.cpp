#include "diffusion/noise_schedule.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

#include "diffusion/test_support.h"
#include "support/golden.h"

namespace redraw {
namespace {

// docs/testing.md asks for 1e-6 relative, element by element, and 1e-7 rms.
void expect_relative(std::string_view name, const std::vector<float>& ours, const std::vector<double>& reference) {
  ExpectClose(name, ours, reference, {.rms_relative = 1e-7});
  for (size_t i = 0; i < std::min(ours.size(), reference.size()); ++i) {
    EXPECT_NEAR(ours[i], reference[i], 1e-6 * std::abs(reference[i])) << name << " [" << i << "]";
  }
}

TEST(NoiseSchedule, IsStableDiffusions) {
  const SafetensorsFile file = golden("schedules/schedules.safetensors");
  const NoiseSchedule schedule = make_noise_schedule(stable_diffusion_config());
  expect_relative("betas", schedule.betas, read_golden(file, "betas").values);
  expect_relative("alphas_cumprod", schedule.alphas_cumprod, read_golden(file, "alphas_cumprod").values);
  // Constants of reference/img2img-semantics.md A.4.
  EXPECT_NEAR(schedule.sigmas().front(), 0.0291672, 1e-6);
  EXPECT_NEAR(schedule.sigmas().back(), 14.6146412, 2e-5);
}

TEST(NoiseSchedule, IsRescaledToZeroTerminalSignal) {
  const SafetensorsFile file = golden("schedules/schedules.safetensors");
  SchedulerConfig config = stable_diffusion_config();
  config.rescale_betas_zero_snr = true;
  const NoiseSchedule schedule = make_noise_schedule(config);
  EXPECT_EQ(schedule.alphas_cumprod.back(), 0.0f);
  // The square roots that the rescaling starts from come from Intel's MKL in the reference, a last bit off the
  // correctly rounded ones in every fifth value, and a beta is what is left of 1 after a quotient near 1: the two
  // differ by 1.5e-7 rms in alpha and 4.4e-6 in beta. So limit a little above that, and ask that ours is no further
  // from the exact value (in double, from the golden betas) than twice the reference's distance (docs/testing.md, the
  // noise rule).
  const std::vector<double> betas = read_golden(file, "zero_snr/betas").values;
  const std::vector<double> alphas = read_golden(file, "zero_snr/alphas_cumprod").values;
  ExpectClose("betas", schedule.betas, betas, {.max_abs = 4e-6, .rms_relative = 6e-6});
  ExpectClose("alphas_cumprod", schedule.alphas_cumprod, alphas, {.max_abs = 5e-7, .rms_relative = 2e-7});

  std::vector<double> exact;
  double product = 1.0;
  for (double beta : read_golden(file, "betas").values) exact.push_back(std::sqrt(product *= 1.0 - beta));
  const double first = exact.front();
  const double last = exact.back();
  for (double& root : exact) root = std::pow((root - last) * first / (first - last), 2.0);
  const Difference ours = compare(schedule.alphas_cumprod, exact);
  const Difference reference = compare(std::vector<float>(alphas.begin(), alphas.end()), exact);
  EXPECT_LE(ours.max_abs, 2.0 * reference.max_abs);
  EXPECT_LE(ours.rms_relative, 2.0 * reference.rms_relative);
}

// Printed by diffusers 0.42.1 (DDIMScheduler with the SD betas and another beta_schedule; or nothing but defaults).
TEST(NoiseSchedule, FollowsTheOtherBetaSchedules) {
  constexpr size_t kAt[] = {0, 1, 500, 998, 999};
  const auto expect = [&](const NoiseSchedule& schedule, const std::vector<double>& betas,
                          const std::vector<double>& alphas) {
    for (size_t i = 0; i < std::size(kAt); ++i) {
      EXPECT_NEAR(schedule.betas[kAt[i]], betas[i], 1e-6 * betas[i]) << kAt[i];
      EXPECT_NEAR(schedule.alphas_cumprod[kAt[i]], alphas[i], 1e-6 * alphas[i]) << kAt[i];
    }
  };
  SchedulerConfig config = stable_diffusion_config();
  config.beta_schedule = BetaSchedule::linear;
  expect(make_noise_schedule(config), {0.000850000011, 0.000861161156, 0.00643058075, 0.0119888391, 0.0120000001},
         {0.999149978, 0.998289526, 0.160771623, 0.00159814057, 0.00157896278});
  config.beta_schedule = BetaSchedule::squaredcos_cap_v2;
  expect(make_noise_schedule(config), {4.12842237e-05, 4.61417512e-05, 0.00315569155, 0.749999404, 0.999000013},
         {0.999958694, 0.99991256, 0.492285043, 2.42876627e-06, 2.42873499e-09});
  const NoiseSchedule defaults = make_noise_schedule(SchedulerConfig());
  EXPECT_NEAR(defaults.alphas_cumprod[500], 0.0777966529, 1e-7);
  EXPECT_NEAR(defaults.alphas_cumprod[999], 4.03583035e-05, 1e-10);
}

TEST(NoiseSchedule, TakesTrainedBetasAsTheyAre) {
  SchedulerConfig config;
  config.num_train_timesteps = 3;
  config.trained_betas = {0.5, 0.25, 0.125};
  const NoiseSchedule schedule = make_noise_schedule(config);
  EXPECT_EQ(schedule.betas, (std::vector<float>{0.5f, 0.25f, 0.125f}));
  EXPECT_EQ(schedule.alphas_cumprod, (std::vector<float>{0.5f, 0.375f, 0.328125f}));
}

}  // namespace
}  // namespace redraw
