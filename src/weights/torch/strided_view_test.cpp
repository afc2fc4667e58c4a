// Views of a storage against the definition, element by element.
#include "weights/torch/strided_view.h"

#include <cstring>
#include <gtest/gtest.h>
#include <random>

#include "base/error.h"
#include "support/error_of.h"

namespace redraw {
namespace {

std::vector<std::byte> numbered(size_t bytes) {
  std::vector<std::byte> storage(bytes);
  for (size_t i = 0; i < bytes; ++i) storage[i] = static_cast<std::byte>(i * 2654435761u >> 13);
  return storage;
}

std::vector<std::byte> gathered(const StridedView& view, std::span<const std::byte> storage) {
  std::vector<std::byte> out(static_cast<size_t>(view_elements(view) * dtype_bytes(view.dtype)));
  gather_rows(
      view,
      [&](uint64_t offset, std::span<std::byte> piece) {
        ASSERT_LE(offset + piece.size(), storage.size()) << "reads out of the storage";
        std::memcpy(piece.data(), storage.data() + offset, piece.size());
      },
      out);
  return out;
}

std::vector<std::byte> by_definition(const StridedView& view, std::span<const std::byte> storage) {
  std::vector<std::byte> out;
  const auto bytes = static_cast<size_t>(dtype_bytes(view.dtype));
  for (int64_t element = 0; element < view_elements(view); ++element) {
    int64_t at = view.offset;
    int64_t rest = element;
    for (size_t axis = view.extents.size(); axis > 0; --axis) {
      at += rest % view.extents[axis - 1] * view.strides[axis - 1];
      rest /= view.extents[axis - 1];
    }
    const auto from = storage.subspan(static_cast<size_t>(at) * bytes, bytes);
    out.insert(out.end(), from.begin(), from.end());
  }
  return out;
}

TEST(StridedView, RandomViewsAreGatheredInRowMajorOrder) {
  constexpr unsigned kSeed = 20260728;
  std::mt19937 engine(kSeed);
  const auto between = [&](int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(engine);
  };
  constexpr DType kTypes[] = {DType::u8, DType::f16, DType::f32, DType::f64};
  int contiguous = 0;
  for (int trial = 0; trial < 5000; ++trial) {
    StridedView view{.dtype = kTypes[between(0, 3)], .offset = between(0, 9)};
    for (int64_t axes = between(0, 5); axes > 0; --axes) {
      view.extents.push_back(between(trial % 7 == 0 ? 0 : 1, 4));
      view.strides.push_back(between(0, 12));
    }
    if (trial % 5 == 0) {  // row-major
      int64_t stride = 1;
      for (size_t axis = view.extents.size(); axis > 0; --axis) {
        view.strides[axis - 1] = stride;
        stride *= view.extents[axis - 1];
      }
    }
    const auto elements = static_cast<size_t>(view.offset + view_reach(view));
    const auto storage = numbered(elements * static_cast<size_t>(dtype_bytes(view.dtype)));
    const std::vector<std::byte> expected = by_definition(view, storage);
    ASSERT_TRUE(gathered(view, storage) == expected) << "seed " << kSeed << " trial " << trial;
    if (view.is_contiguous()) {
      ++contiguous;
      const size_t begin = std::min(static_cast<size_t>(view.offset * dtype_bytes(view.dtype)), storage.size());
      ASSERT_TRUE(expected.empty() || std::equal(expected.begin(), expected.end(), storage.begin() + begin)) << trial;
    } else {
      ASSERT_GT(expected.size(), 0u);
    }
  }
  EXPECT_GT(contiguous, 1000);
}

TEST(StridedView, LargeViewsAreReadInSeveralPieces) {
  const StridedView views[] = {
      {.dtype = DType::f32, .offset = 3, .extents = {700, 1000}, .strides = {1, 700}},          // transposed
      {.dtype = DType::f16, .offset = 0, .extents = {3, 900, 500}, .strides = {500, 1500, 1}},  // axes exchanged
      {.dtype = DType::u8, .offset = 7, .extents = {5000}, .strides = {700}},                   // a column
      {.dtype = DType::f64, .offset = 0, .extents = {2, 2}, .strides = {200'000, 1}},           // far apart
      {.dtype = DType::f32, .offset = 0, .extents = {1, 300'000}, .strides = {999, 2}},
  };
  for (const StridedView& view : views) {
    const auto storage = numbered(static_cast<size_t>((view.offset + view_reach(view)) * dtype_bytes(view.dtype)));
    EXPECT_TRUE(gathered(view, storage) == by_definition(view, storage)) << view.extents[0];
  }
}

TEST(StridedView, OverflowIsAnError) {
  const int64_t huge = int64_t{1} << 62;
  EXPECT_EQ(code_of([&] {
              view_elements({.dtype = DType::u8, .extents = {huge, 4}, .strides = {0, 0}});
            }),
            Code::torch_bad_tensor);
  EXPECT_EQ(code_of([&] { view_reach({.dtype = DType::u8, .extents = {3}, .strides = {huge}}); }),
            Code::torch_bad_tensor);
  EXPECT_EQ(code_of([&] {
              view_reach({.dtype = DType::u8, .extents = {2, 2}, .strides = {huge, huge}});
            }),
            Code::torch_bad_tensor);
  EXPECT_EQ(view_reach({.dtype = DType::u8, .extents = {3, 0}, .strides = {huge, huge}}), 0);
  EXPECT_EQ(view_elements({.dtype = DType::u8, .extents = {huge, 4, 0}, .strides = {0, 0, 0}}), 0);
}

}  // namespace
}  // namespace redraw
