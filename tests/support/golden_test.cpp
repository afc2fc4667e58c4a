#include "support/golden.h"

#include <cmath>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace redraw {
namespace {

TEST(Golden, ReadsWholeTensorsOfTheFilesInTheRepository) {
  const SafetensorsFile file = golden("tiny-sd15/text.safetensors");
  const GoldenTensor ids = read_golden(file, "ids");
  EXPECT_EQ(ids.shape.elements(), static_cast<int64_t>(ids.values.size()));
  EXPECT_EQ(ids.values.at(0), 49406) << "CLIP's start token, stored as I64";
}

TEST(Golden, MissingFilesAndTensorsAreErrors) {
  EXPECT_THROW(golden("no-such/file.safetensors"), Error);
  EXPECT_THROW(read_golden(golden("tiny-sd15/text.safetensors"), "no such tensor"), Error);
}

TEST(Golden, CompareFindsTheWorstValueAndTheRelativeError) {
  const std::vector<float> ours{1, 2, 5};
  const std::vector<double> reference{1, 2, 2};
  const Difference difference = compare(ours, reference);
  EXPECT_EQ(difference.max_abs, 3);
  EXPECT_EQ(difference.worst_index, 2);
  EXPECT_EQ(difference.rms_relative, 1) << "sqrt(9 / 9)";
  EXPECT_THROW(compare(ours, std::vector<double>{1}), Error);
  EXPECT_EQ(compare(ours, std::vector<double>{1, 2, 5}).rms_relative, 0);
  EXPECT_TRUE(std::isinf(compare(ours, std::vector<double>{0, 0, 0}).rms_relative));
}

TEST(Golden, ExpectCloseFailsOnDistanceCountAndValuesThatAreNotFinite) {
  static const std::vector<float> ours{1, 2, 5};
  static const std::vector<double> reference{1, 2, 2};
  ExpectClose("equal enough", ours, reference, {.max_abs = 3, .rms_relative = 1});
  EXPECT_NONFATAL_FAILURE(ExpectClose("x", ours, reference, {.max_abs = 2.9}), "worst at 2 of 3");
  EXPECT_NONFATAL_FAILURE(ExpectClose("x", ours, reference, {.rms_relative = 0.9}), "rms_relative 1 (limit 0.9)");
  EXPECT_NONFATAL_FAILURE(ExpectClose("x", ours, reference, {}), "no tolerance");
  static const std::vector<double> shorter{1, 2};
  EXPECT_NONFATAL_FAILURE(ExpectClose("x", ours, shorter, {.max_abs = 9}), "the reference has 2");
  EXPECT_NONFATAL_FAILURE(ExpectClose("x", {}, {}, {.max_abs = 9}), "nothing to compare");
  static const std::vector<float> not_finite{1, NAN, 2};
  EXPECT_NONFATAL_FAILURE(ExpectClose("x", not_finite, reference, {.max_abs = 1e300}), "worst at 1 of 3");
  static const std::vector<float> infinite{1, 2, INFINITY};
  static const std::vector<double> also_infinite{1, 2, INFINITY};
  EXPECT_NONFATAL_FAILURE(ExpectClose("x", infinite, also_infinite, {.rms_relative = 1}), "worst at 2 of 3");
}

TEST(Golden, ChannelsMoveLastAndBack) {
  // Value = 100 c + 10 h + w of a [1, 2, 2, 3] map in PyTorch's order.
  const std::vector<float> nchw{0, 1, 2, 10, 11, 12, 100, 101, 102, 110, 111, 112};
  const std::vector<float> nhwc{0, 100, 1, 101, 2, 102, 10, 110, 11, 111, 12, 112};
  EXPECT_EQ(nchw_to_nhwc(nchw, {1, 2, 2, 3}), nhwc);
  EXPECT_EQ(nhwc_to_nchw(nhwc, {1, 2, 3, 2}), nchw);
  EXPECT_THROW(nchw_to_nhwc(nchw, {2, 6}), Error);
  const GoldenTensor moved = nchw_to_nhwc(GoldenTensor{{1, 2, 2, 3}, {nchw.begin(), nchw.end()}});
  EXPECT_EQ(moved.shape, (Shape{1, 2, 3, 2}));
  EXPECT_EQ(moved.floats(), nhwc);
}

}  // namespace
}  // namespace redraw
