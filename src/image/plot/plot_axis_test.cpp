#include "image/plot/plot_axis.h"

#include <gtest/gtest.h>
#include <utility>

namespace redraw {
namespace {

std::string texts(const Axis& axis) {
  std::string all;
  for (const Tick& tick : axis.ticks) all += (all.empty() ? "" : " ") + tick.text;
  return all;
}

TEST(PlotAxis, ChoosesRoundNumbers) {
  struct Case {
    AxisRequest request;
    std::string ticks;
  };
  const Case cases[] = {
      {{.low = 0.0, .high = 1.0}, "0 0.2 0.4 0.6 0.8 1.0"},
      {{.low = 0.3, .high = 0.6}, "0.3 0.4 0.5 0.6"},  // 0.3 / 0.1 is a little below 3
      {{.low = 0.0, .high = 999.0}, "0 200 400 600 800 1000"},
      {{.low = -7.3, .high = 14.6}, "-10 -5 0 5 10 15"},
      {{.low = 981.0, .high = 1004.0}, "980 985 990 995 1000 1005"},
      {{.low = 0.00031, .high = 0.0012}, "0.0002 0.0004 0.0006 0.0008 0.0010 0.0012"},
      {{.low = 1e-7, .high = 3e-7}, "1e-7 1.5e-7 2e-7 2.5e-7 3e-7"},
      {{.low = 0.0, .high = 2.5e6}, "0 5e5 1e6 1.5e6 2e6 2.5e6"},
      {{.low = -1e-12, .high = 1e-12}, "-1e-12 -5e-13 0 5e-13 1e-12"},
      {{.low = 0.0, .high = 1.0, .max_ticks = 12}, "0 0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 1.0"},
      {{.low = 1.0, .high = 3.0}, "1.0 1.5 2.0 2.5 3.0"},
      {{.low = 1.0, .high = 3.0, .has_whole_values = true}, "1 2 3"},
      {{.low = 1.0, .high = 21.0, .is_tight = true}, "5 10 15 20"},
      {{.low = 0.1, .high = 0.3, .is_tight = true}, "0.10 0.15 0.20 0.25 0.30"},
  };
  for (const Case& one : cases) {
    const Axis axis = choose_axis(one.request);
    EXPECT_EQ(texts(axis), one.ticks);
    EXPECT_LE(axis.low, one.request.low);
    EXPECT_GE(axis.high, one.request.high);
  }
}

TEST(PlotAxis, ChoosesRoundNumbersOnALogarithmicScale) {
  struct Case {
    AxisRequest request;
    double low;
    double high;
    std::string ticks;
  };
  const Case cases[] = {
      {{.low = 0.0292, .high = 14.6, .is_logarithmic = true, .max_ticks = 12},
       0.02,
       20.0,
       "0.02 0.05 0.1 0.2 0.5 1 2 5 10 20"},
      {{.low = 0.0292, .high = 14.6, .is_logarithmic = true}, 0.02, 20.0, "0.1 1 10"},
      {{.low = 1.0, .high = 100.0, .is_logarithmic = true, .max_ticks = 12}, 1.0, 100.0, "1 2 5 10 20 50 100"},
      {{.low = 3e-9, .high = 3e8, .is_logarithmic = true}, 2e-9, 5e8, "1e-6 0.001 1 1000 1e6"},
      {{.low = 3.0, .high = 4.0, .is_logarithmic = true}, 3.0, 4.0, "3.0 3.2 3.4 3.6 3.8 4.0"},
      {{.low = 7.0, .high = 7.0, .is_logarithmic = true}, 2.0, 20.0, "2 5 10 20"},
  };
  for (const Case& one : cases) {
    const Axis axis = choose_axis(one.request);
    EXPECT_TRUE(axis.is_logarithmic);
    EXPECT_EQ(texts(axis), one.ticks);
    EXPECT_DOUBLE_EQ(axis.low, one.low);
    EXPECT_DOUBLE_EQ(axis.high, one.high);
  }
}

TEST(PlotAxis, MakesRoomAroundOneValue) {
  for (const double value : {0.0, 3.0, -250.0, 1e-9, 1e15, 5e-324}) {
    for (const bool is_whole : {false, true}) {
      for (const bool is_tight : {false, true}) {
        const Axis axis =
            choose_axis({.low = value, .high = value, .has_whole_values = is_whole, .is_tight = is_tight});
        EXPECT_LT(axis.low, value);
        EXPECT_GT(axis.high, value);
        EXPECT_FALSE(axis.ticks.empty()) << value;
      }
    }
  }
}

TEST(PlotAxis, TakesDifferencesThatNoDoubleTells) {
  for (const auto& [low, high] : {std::pair{0.0, 1e-320}, {1e15, 1e15 + 0.25}, {0.1, 0.1 + 1e-17}, {-1e-310, 1e-310}}) {
    const Axis axis = choose_axis({.low = low, .high = high});
    EXPECT_LE(axis.low, low);
    EXPECT_GE(axis.high, high);
    EXPECT_GE(axis.ticks.size(), 2U);
  }
}

TEST(PlotAxis, NeverHasMoreTicksThanAsked) {
  for (int64_t max_ticks = 4; max_ticks <= 20; ++max_ticks) {
    for (int i = 1; i < 400; ++i) {
      const double high = 0.013 * i * i;
      for (const bool is_logarithmic : {false, true}) {
        const Axis axis =
            choose_axis({.low = 0.01, .high = high, .is_logarithmic = is_logarithmic, .max_ticks = max_ticks});
        const auto count = static_cast<int64_t>(axis.ticks.size());
        EXPECT_LE(count, max_ticks) << high;
        EXPECT_GE(count, 2) << high << " " << is_logarithmic << " " << max_ticks;
      }
    }
  }
}

TEST(PlotAxis, SaysWhereAValueStands) {
  const Axis even = {10.0, 30.0, false, {}};
  EXPECT_DOUBLE_EQ(even.share_of(10.0), 0.0);
  EXPECT_DOUBLE_EQ(even.share_of(25.0), 0.75);
  const Axis logarithmic = {0.01, 100.0, true, {}};
  EXPECT_DOUBLE_EQ(logarithmic.share_of(0.1), 0.25);
  EXPECT_DOUBLE_EQ(logarithmic.share_of(100.0), 1.0);
}

}  // namespace
}  // namespace redraw
