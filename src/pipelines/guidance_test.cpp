#include "pipelines/guidance.h"

#include <gtest/gtest.h>
#include <limits>
#include <string>

#include "base/error.h"
#include "support/error_of.h"

namespace redraw {
namespace {

std::vector<double> scales_of(const Guidance& guidance, int64_t count) {
  std::vector<double> scales;
  for (int64_t i = 0; i < count; ++i) scales.push_back(guidance_scale(guidance, i, count));
  return scales;
}

TEST(Guidance, TheScaleHoldsFromTheBeginOfItsIntervalUpToItsEnd) {
  EXPECT_EQ(scales_of({.scale = 4}, 4), (std::vector<double>{4, 4, 4, 4}));
  EXPECT_EQ(scales_of({.scale = 4, .begin = 0.25, .end = 0.75}, 4), (std::vector<double>{1, 4, 4, 1}));
  EXPECT_EQ(scales_of({.scale = 4, .begin = 0.2501, .end = 0.7501}, 4), (std::vector<double>{1, 1, 4, 4}));
  EXPECT_EQ(scales_of({.scale = 4, .begin = 0.9}, 4), (std::vector<double>{1, 1, 1, 1})) << "between two steps";
  EXPECT_EQ(scales_of({.scale = 0.5, .begin = 0.5}, 2), (std::vector<double>{1, 0.5}));
}

// A share is compared as it is typed: 0.3 is the double nearest to it, as 3.0 / 10 is.
TEST(Guidance, AnEdgeThatIsTypedIsThatOfItsStep) {
  for (int64_t count : {10, 20, 50, 1000}) {
    for (int64_t i = 0; i < count; ++i) {
      const double edge = std::stod(std::to_string(i * (1000 / count)) + "e-3");
      EXPECT_EQ(guidance_scale({.scale = 4, .begin = edge}, i, count), 4) << i << " of " << count;
      EXPECT_EQ(guidance_scale({.scale = 4, .end = edge}, i, count), 1) << i << " of " << count;
    }
  }
  EXPECT_EQ(scales_of({.scale = 4, .begin = 0.3, .end = 0.7}, 10), (std::vector<double>{1, 1, 1, 4, 4, 4, 4, 1, 1, 1}));
}

TEST(Guidance, AListGoesBeforeTheScaleAndTheIntervalBeforeTheList) {
  const Guidance guidance{.scale = 9, .scales = {2, 3, 4, 5}, .begin = 0.25, .end = 0.75};
  EXPECT_EQ(scales_of(guidance, 4), (std::vector<double>{1, 3, 4, 1}));
}

TEST(Guidance, ARunIsGuidedWhereOneOfItsStepsIs) {
  EXPECT_TRUE(is_guided({.scale = 1.01}, 3));
  EXPECT_FALSE(is_guided({.scale = 1}, 3));
  EXPECT_FALSE(is_guided({.scale = 0}, 3));
  EXPECT_TRUE(is_guided({.scale = 1, .scales = {0, 1, 2}}, 3)) << "the list counts";
  EXPECT_FALSE(is_guided({.scale = 7, .scales = {0, 1, 1}}, 3)) << "and the scale does not";
  EXPECT_FALSE(is_guided({.scale = 7, .scales = {2, 1, 1}, .begin = 0.1}, 3)) << "outside the interval";
  EXPECT_FALSE(is_guided({.scale = 7, .begin = 0.9}, 2)) << "no step begins in the interval";
}

TEST(Guidance, WhatIsOutOfRangeIsRefusedWithTheRange) {
  struct Row {
    Guidance guidance;
    const char* message;
  };
  const Row rows[] = {
      {{.scale = -0.1}, "cfg_scale is -0.1, but must be 0 to 100"},
      {{.scale = 100.5}, "cfg_scale is 100.5, but must be 0 to 100"},
      {{.picture_scale = 0.9}, "image_cfg_scale is 0.9, but must be 1 to 100"},
      {{.picture_scale = 101}, "image_cfg_scale is 101, but must be 1 to 100"},
      {{.rescale = -0.5}, "cfg_rescale is -0.5, but must be 0 to 1"},
      {{.rescale = 1.5}, "cfg_rescale is 1.5, but must be 0 to 1"},
      {{.begin = -0.1}, "guidance_start is -0.1, but must be 0 to 1"},
      {{.begin = 1.1}, "guidance_start is 1.1, but must be 0 to 1"},
      {{.end = -1}, "guidance_end is -1, but must be 0 to 1"},
      {{.end = 2}, "guidance_end is 2, but must be 0 to 1"},
      {{.begin = 0.5, .end = 0.5},
       "guidance_start is 0.5, but must be below guidance_end, 0.5; a cfg_scale of 1 turns guidance off"},
      {{.begin = 0.75, .end = 0.25},
       "guidance_start is 0.75, but must be below guidance_end, 0.25; a cfg_scale of 1 turns guidance off"},
      {{.scales = {7, 7}}, "cfg_scales has 2 entries, but 3 steps are run; give one for each"},
      {{.scales = {7, 7, 7, 7}}, "cfg_scales has 4 entries, but 3 steps are run; give one for each"},
      {{.scales = {7, 7, 101}}, "an entry of cfg_scales is 101, but must be 0 to 100"},
      {{.scales = {-1, 7, 7}}, "an entry of cfg_scales is -1, but must be 0 to 100"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(message_of(Code::out_of_range, [&] { check_guidance(row.guidance, 3); }), row.message);
  }
}

TEST(Guidance, TheEdgesOfTheRangesAreTaken) {
  check_guidance({}, 3);
  check_guidance({.scale = 0, .picture_scale = 1, .rescale = 1, .begin = 0, .end = 1}, 3);
  check_guidance({.scale = 100, .scales = {0, 100, 1}, .picture_scale = 100, .rescale = 0, .begin = 0.999}, 3);
}

TEST(Guidance, WhatIsNoNumberIsRefusedByItsName) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  const std::pair<Guidance, const char*> rows[] = {
      {{.scale = kNan}, "cfg_scale"},     {{.picture_scale = kNan}, "image_cfg_scale"},
      {{.rescale = kNan}, "cfg_rescale"}, {{.begin = kNan}, "guidance_start"},
      {{.end = kNan}, "guidance_end"},    {{.scales = {7, kNan}}, "an entry of cfg_scales"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(message_of(Code::not_a_number, [&] { check_guidance(row.first, 2); }),
              std::string(row.second) + " is not a number");
  }
}

}  // namespace
}  // namespace redraw
