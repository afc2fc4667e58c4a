#include "tensor/tensor.h"

#include <gtest/gtest.h>
#include <vector>

#include "base/error.h"
#include "tensor/dtype.h"

namespace redraw {
namespace {

TEST(DTypes, NamesAndSizesRoundTrip) {
  for (DType dtype : {DType::f32, DType::f16, DType::bf16, DType::f64, DType::i64, DType::u8, DType::boolean}) {
    EXPECT_EQ(dtype_from_name(dtype_name(dtype)), dtype);
  }
  EXPECT_EQ(dtype_bytes(DType::bf16), 2);
  EXPECT_EQ(dtype_from_name("F31"), std::nullopt);
}

TEST(Shape, CountsElementsAndRefusesOverflow) {
  EXPECT_EQ((Shape{2, 3, 4}).elements(), 24);
  EXPECT_EQ((Shape{2, 0, 4}).elements(), 0);
  EXPECT_EQ(Shape().elements(), 1);
  EXPECT_EQ((Shape{2, 3}).to_string(), "[2, 3]");
  EXPECT_THROW((Shape{INT64_MAX, 2}), Error);
  EXPECT_THROW((Shape{-1}), Error);
  EXPECT_THROW((Shape{1, 1, 1, 1, 1, 1}), Error);
}

TEST(Tensor, ViewsShareNumbers) {
  const std::vector<float> values{0, 1, 2, 3, 4, 5};
  const Tensor t = Tensor::from({3, 2}, values);
  const Tensor rows = t.rows(1, 3);
  EXPECT_EQ(rows.shape(), (Shape{2, 2}));
  EXPECT_EQ(rows.data()[0], 2);
  EXPECT_EQ(t.reshaped({6}).data(), t.data());
  EXPECT_FALSE(t.is_unique());
  EXPECT_THROW(t.rows(2, 4), Error);
  EXPECT_THROW(t.reshaped({5}), Error);
  EXPECT_THROW(Tensor::from({2}, values), Error);
}

TEST(MemoryPool, ServesAReturnedBlockAgainAndOutlivesItself) {
  Tensor survivor;
  {
    MemoryPool pool;
    const float* first = nullptr;
    {
      const Tensor a(pool, {1000});
      first = a.data();
    }
    const Tensor b(pool, {990});
    EXPECT_EQ(b.data(), first);
    const Tensor c(pool, {1000});
    EXPECT_NE(c.data(), first);
    EXPECT_GE(pool.peak_bytes(), 2 * 990 * sizeof(float));
    survivor = c;
  }
  survivor.data()[999] = 1;  // the sanitizer would object if the pool had taken it along
}

}  // namespace
}  // namespace redraw
