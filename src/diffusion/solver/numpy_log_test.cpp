#include "diffusion/solver/numpy_log.h"

#include <gtest/gtest.h>

namespace redraw {
namespace {

// Printed by numpy 2.4.6 (numpy.log of numpy.float32).
TEST(NumpyLog, IsNumpysToTheBit) {
  struct Row {
    float x, log;
  };
  constexpr Row kRows[] = {
      {2.6916101f, 0.990139604f},   // not 0.990139544f, the nearest
      {1.41192913f, 0.344956964f},  // not 0.344956934f
      {6.78189945f, 1.91425729f},   // not 1.91425717f
      {13.0388479f, 2.56793308f},   // not 2.56793332f
      {4.39081097f, 1.479514f},     // not 1.47951388f
      {0.0291675348f, -3.53469896f}, {14.6146469f, 2.68202424f}, {4096.0f, 8.31776619f}, {1.0f, 0.0f},
  };
  for (const Row& row : kRows) EXPECT_EQ(numpy_log(row.x), row.log) << row.x;
}

}  // namespace
}  // namespace redraw
