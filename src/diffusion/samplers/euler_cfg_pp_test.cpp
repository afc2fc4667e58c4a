#include <cmath>
#include <gtest/gtest.h>

#include "diffusion/solver/known_answer_test_support.h"
#include "diffusion/solver/network.h"

namespace redraw {
namespace {

// Guided noise 0.4 and unconditional noise -0.2, whatever the latent.
void two_halves(const NetworkCall& call) {
  std::ranges::fill(call.output, 0.4f);
  std::ranges::fill(call.unconditional, -0.2f);
}

TEST(EulerCfgPp, IsEulersMethodWhereBothHalvesAgree) {
  const SamplingPlan guided = known_plan("euler_cfg_pp", 20);
  const SamplingPlan plain = known_plan("k_euler", 20);
  std::vector<float> ours = {5.0f, -12.0f, 0.25f};
  std::vector<float> eulers = ours;
  EXPECT_TRUE(run_sampler(guided, {.denoise = NormalData().network(guided)}, ours));
  EXPECT_TRUE(run_sampler(plain, {.denoise = NormalData().network(plain)}, eulers));
  for (size_t i = 0; i < ours.size(); ++i) EXPECT_NEAR(ours[i], eulers[i], 1e-5);
}

TEST(EulerCfgPp, NoisesTheGuidedEstimateWithTheUnconditionalNoise) {
  // Chung et al. 2024, Algorithm 2: x_next = (x - sigma * 0.4) + sigma_next * -0.2, to the end at level 0.
  const SamplingPlan plan = plan_sampling(find_sampler("euler_cfg_pp"), stable_diffusion_config(), 6);
  double expected = 3.0;
  for (size_t i = 0; i < 6; ++i) expected += -0.4 * plan.table.sigmas[i] - 0.2 * plan.table.sigmas[i + 1];
  std::vector<float> latent = {3.0f};
  EXPECT_TRUE(run_sampler(plan, {.denoise = two_halves}, latent));
  EXPECT_NEAR(latent[0], expected, 1e-5 * std::abs(expected));
  // The limit notices a step that goes by the guided noise alone.
  const SamplingPlan plain = plan_sampling(find_sampler("k_euler"), stable_diffusion_config(), 6);
  latent = {3.0f};
  EXPECT_TRUE(run_sampler(plain, {.denoise = two_halves}, latent));
  EXPECT_GT(std::abs(latent[0] - expected), 0.1);
}

TEST(EulerACfgPp, DoesTheSameOverAnAncestralStep) {
  const SamplingPlan plan = plan_sampling(find_sampler("euler_a_cfg_pp"), stable_diffusion_config(), 6);
  double expected = 3.0;
  for (size_t i = 0; i < 6; ++i) {
    const AncestralStep split = ancestral_step(plan.table.sigmas[i], plan.table.sigmas[i + 1]);
    expected += -0.4 * plan.table.sigmas[i] - 0.2 * split.sigma_down + 0.5 * split.sigma_up;
  }
  std::vector<float> latent = {3.0f};
  ConstantNoise noise;
  EXPECT_TRUE(run_sampler(plan, {.denoise = two_halves, .noise = &noise}, latent));
  EXPECT_NEAR(latent[0], expected, 1e-5 * std::abs(expected));
}

}  // namespace
}  // namespace redraw
