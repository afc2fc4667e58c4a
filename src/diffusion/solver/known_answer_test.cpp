#include <cmath>
#include <gtest/gtest.h>

#include "diffusion/solver/known_answer_test_support.h"

namespace redraw {
namespace {

TEST(KnownAnswer, DeterministicSamplersConvergeInTheirOrder) {
  struct Row {
    const char* sampler;
    double order;
  };
  constexpr Row kRows[] = {{"euler", 1},  {"k_euler", 1}, {"euler_cfg_pp", 1}, {"heun", 2},
                           {"k_heun", 2}, {"k_dpm_2", 2}, {"k_dpmpp_2m", 2}};
  for (const Row& row : kRows) EXPECT_NEAR(measured_order(row.sampler, 24), row.order, 0.1) << row.sampler;
  // Order 4, less what its first steps of lower order leave.
  EXPECT_GT(measured_order("k_lms", 24), 3.0);
}

TEST(KnownAnswer, DpmFastConvergesInThirdOrder) {
  // Nine and nineteen steps of order 3, and one of order 2 at the end, whose error over its own length is of the same
  // power. Other remainders of the calls by three end in a step of order 1.
  EXPECT_GT(std::log2(flow_error("dpm_fast", 29) / flow_error("dpm_fast", 59)), 2.9);
  EXPECT_LT(std::log2(flow_error("dpm_fast", 15) / flow_error("dpm_fast", 30)), 2.0);
}

TEST(KnownAnswer, DpmAdaptiveKeepsItsErrorLimit) {
  // 0.05 of the size of the latent, which ends near 0.8.
  EXPECT_LT(flow_error("dpm_adaptive", 1), 0.05 * 0.8);
}

TEST(KnownAnswer, StochasticSamplersEndOnTheMarginalsOfTheData) {
  struct Row {
    const char* sampler;
    int64_t steps;
    double limit;  // of the deviation
  };
  // Of 2^15 elements the deviation is known to 0.003. The steps of first order in the noise need more of them.
  constexpr Row kRows[] = {
      {"k_euler_a", 100, 0.025}, {"euler_a_cfg_pp", 100, 0.025}, {"dpmpp_sde", 100, 0.025},    {"k_dpm_2_a", 40, 0.01},
      {"dpmpp_2s_a", 40, 0.01},  {"k_dpmpp_2m_sde", 40, 0.01},   {"k_dpmpp_3m_sde", 40, 0.01}, {"er_sde", 40, 0.01}};
  const NormalData data;
  const double deviation = std::sqrt(data.variance(kKnownTo));
  for (const Row& row : kRows) {
    const Moments moments = sampled_moments(row.sampler, row.steps);
    EXPECT_NEAR(moments.mean, data.mean, 0.01) << row.sampler;
    EXPECT_NEAR(moments.deviation, deviation, row.limit) << row.sampler;
    const Moments spoilt = sampled_moments(row.sampler, row.steps, 0.9f);
    EXPECT_GT(std::abs(spoilt.deviation - deviation), 2.0 * row.limit) << row.sampler;
  }
}

}  // namespace
}  // namespace redraw
