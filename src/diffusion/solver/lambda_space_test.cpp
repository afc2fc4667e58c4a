#include "diffusion/solver/lambda_space.h"

#include <cmath>
#include <gtest/gtest.h>

namespace redraw {
namespace {

TEST(LambdaLevel, HoldsHalfTheLogarithmOfTheSignalToNoiseRatio) {
  const LambdaLevel level = lambda_level(0.75);  // sqrt(0.75^2 + 1) = 1.25
  EXPECT_FLOAT_EQ(level.signal, 0.8f);
  EXPECT_FLOAT_EQ(level.noise, 0.6f);
  EXPECT_NEAR(level.lambda, -std::log(0.75), 1e-6);
  EXPECT_TRUE(std::isinf(lambda_level(0.0).lambda));
  EXPECT_EQ(lambda_level(0.0).signal, 1.0f);
}

TEST(History, KeepsTheNewestFirstAndForgetsTheOldest) {
  History history(2, 1);
  for (float value : {1.0f, 2.0f, 3.0f}) history.push(std::span(&value, 1));
  ASSERT_EQ(history.size(), 2);
  EXPECT_EQ(history[0][0], 3.0f);
  EXPECT_EQ(history[1][0], 2.0f);
}

}  // namespace
}  // namespace redraw
