#include "diffusion/strength.h"

#include <cmath>
#include <gtest/gtest.h>

#include "diffusion/test_support.h"

namespace redraw {
namespace {

TEST(Strength, RunsTheStepsOfInvokeAIsTable) {
  // reference/img2img-semantics.md A.0, released code. 100 x 0.29 is 28.999999999999996 in binary64, 29 x 0.7 is
  // 20.299999999999997: multiplied in float, or rounded, the first would be 29.
  struct Row {
    int64_t steps;
    double strength;
    int64_t run;
  };
  constexpr Row kRows[] = {{10, 0.7, 7},  {10, 0.4, 4},    {50, 0.4, 20},   {50, 0.7, 35}, {30, 0.7, 21},
                           {29, 0.7, 20}, {30, 0.75, 22},  {100, 0.29, 28}, {20, 0.6, 12}, {10, 1.0, 10},
                           {1, 1.0, 1},   {999, 1.0, 999}, {10, 0.1, 1},    {10, 0.05, 0}, {1, 0.999, 0}};
  for (const Row& row : kRows) {
    EXPECT_EQ(steps_to_run(row.steps, row.strength), row.run) << row.steps << " x " << row.strength;
  }
}

TEST(Strength, PlansTheLastStepsOfTheTable) {
  const StrengthPlan plan = plan_strength(50, 0.4);
  EXPECT_EQ(plan.steps, 50);
  EXPECT_EQ(plan.run, 20);
  EXPECT_EQ(plan.begin, 30);
  EXPECT_EQ(plan_strength(10, 1.0).begin, 0);
}

TEST(Strength, RefusesWhatIsOutsideItsRangeAndNamesTheRange) {
  for (double strength : {0.0, -0.0, -0.5, 1.5, std::nextafter(1.0, 2.0), double{INFINITY}, -double{INFINITY}}) {
    EXPECT_EQ(thrown_by([&] { plan_strength(10, strength); }).code, Code::out_of_range) << strength;
  }
  EXPECT_EQ(thrown_by([] { plan_strength(10, 1.5); }).message, "strength is 1.5, but must be above 0, at most 1");
  EXPECT_EQ(thrown_by([] { plan_strength(10, NAN); }).code, Code::not_a_number);
  EXPECT_EQ(thrown_by([] { plan_strength(0, 0.5); }).message, "steps is 0, but must be at least 1");
  EXPECT_EQ(thrown_by([] { plan_strength(-3, 0.5); }).code, Code::out_of_range);
}

TEST(Strength, SaysWhatWouldGiveAStepWhenThereIsNone) {
  const Thrown thrown = thrown_by([] { plan_strength(10, 0.05); });
  EXPECT_EQ(thrown.code, Code::out_of_range);
  EXPECT_EQ(thrown.message,
            "strength 0.05 of 10 steps leaves no step to run; use a strength of at least 0.1, or at least 20 steps");
  EXPECT_EQ(thrown_by([] { plan_strength(10, 1e-300); }).message,
            "strength 1e-300 of 10 steps leaves no step to run; use a strength of at least 0.1");
}

TEST(Strength, KeepsItsWordAboutWhatGivesAStep) {
  for (int64_t steps = 2; steps <= 1000; ++steps) {
    const std::string message = thrown_by([&] { plan_strength(steps, 0.5 / static_cast<double>(steps)); }).message;
    const size_t at = message.find("at least ") + 9;
    EXPECT_GE(steps_to_run(steps, std::stod(message.substr(at))), 1) << message;
  }
  for (double strength : {0.9, 0.7, 1.0 / 3.0, 0.29, 1.0 / 49.0, 0.0101, 0.001}) {
    const std::string message = thrown_by([&] { plan_strength(1, strength); }).message;
    const int64_t fewest = std::stoll(message.substr(message.rfind("at least ") + 9));
    EXPECT_EQ(plan_strength(fewest, strength).run, 1) << message;
  }
}

}  // namespace
}  // namespace redraw
