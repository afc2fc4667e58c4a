#include <gtest/gtest.h>

#include "pipelines/pixels.h"

namespace redraw {
namespace {

TEST(Pixels, SurviveTheWayToTheModelAndBack) {
  Image image{.width = 256, .height = 1, .pixels = {}};
  for (int v = 0; v < 256; ++v) image.pixels.insert(image.pixels.end(), 3, static_cast<uint8_t>(v));
  MemoryPool pool;
  const Tensor tensor = tensor_of_image(pool, image);
  EXPECT_EQ(tensor.shape(), (Shape{1, 1, 256, 3}));
  EXPECT_EQ(tensor.data()[0], -1.0f);
  EXPECT_EQ(tensor.data()[255 * 3], 1.0f);
  EXPECT_EQ(image_of_tensor(tensor).pixels, image.pixels);
}

TEST(Pixels, ValuesBeyondTheRangeAreClampedAsTheReferenceDoes) {
  const Tensor tensor = Tensor::from({1, 1, 1, 3}, std::vector<float>{-7, 0, 1.5f});
  EXPECT_EQ(image_of_tensor(tensor).pixels, (std::vector<uint8_t>{0, 128, 255}));
}

}  // namespace
}  // namespace redraw
