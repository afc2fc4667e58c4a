// The CPU backend against the reference backend, operator by operator, on random shapes with odd sizes.
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <random>

#include "base/error.h"
#include "ops/activation.h"
#include "ops/attention.h"
#include "ops/conv2d.h"
#include "ops/cpu/row_bands.h"
#include "ops/linear.h"
#include "ops/norm.h"
#include "ops/resample.h"
#include "ops/timestep_embedding.h"

namespace redraw {
namespace {

constexpr int64_t kOddSizes[] = {1, 2, 3, 5, 7, 8, 13, 16, 17, 31, 32, 33, 61};
constexpr uint32_t kSeed = 20261123;

class Ops : public ::testing::Test {
 protected:
  Ops() { RecordProperty("seed", static_cast<int>(kSeed)); }

  int64_t pick() { return kOddSizes[random_() % std::size(kOddSizes)]; }
  int64_t pick(int64_t below) { return static_cast<int64_t>(random_() % static_cast<uint32_t>(below)); }

  Tensor normal(Shape shape, float scale = 1, float mean = 0) {
    Tensor t = Tensor::zeros(shape);
    std::normal_distribution<float> distribution(mean, scale);
    for (float& x : t.values()) x = distribution(random_);
    return t;
  }

  Weight weight(Shape shape, float scale = 1) { return Weight::of("w", normal(shape, scale)); }

  std::mt19937 random_{kSeed};
  Context context_{2};
  std::unique_ptr<Backend> cpu_ = make_cpu_backend(context_);
  std::unique_ptr<Backend> reference_ = make_reference_backend(context_);
};

struct Error2 {
  double max_abs = 0, rms_relative = 0;
};

Error2 difference(const Tensor& a, const Tensor& b) {
  EXPECT_EQ(a.shape(), b.shape());
  Error2 result;
  double squares = 0, norm = 0;
  for (int64_t i = 0; i < a.elements(); ++i) {
    const double d = std::abs(static_cast<double>(a.data()[i]) - static_cast<double>(b.data()[i]));
    if (!(d <= 1e30)) return {INFINITY, INFINITY};
    result.max_abs = std::max(result.max_abs, d);
    squares += d * d;
    norm += static_cast<double>(b.data()[i]) * static_cast<double>(b.data()[i]);
  }
  result.rms_relative = norm > 0 ? std::sqrt(squares / norm) : std::sqrt(squares);
  return result;
}

void expect_close(const Tensor& ours, const Tensor& reference, double max_abs, double rms_relative,
                  const std::string& what) {
  const Error2 e = difference(ours, reference);
  EXPECT_LE(e.max_abs, max_abs) << what;
  EXPECT_LE(e.rms_relative, rms_relative) << what;
}

// docs/testing.md: matrix products within 20 eps times the row sum of |a||b|, and 3e-6 of the RMS.
double product_limit(double terms) {
  return 20 * 1.2e-7 * terms;
}

TEST_F(Ops, Conv2dAgreesOnOddSizesKernelsStridesAndPaddings) {
  for (int round = 0; round < 40; ++round) {
    const int64_t kernel = pick(2) ? 3 : 1;
    const Conv2dSpec spec{.in_channels = pick(),
                          .out_channels = pick(),
                          .kernel = kernel,
                          .stride = 1 + pick(2),
                          .pad_before = kernel == 3 ? pick(2) : 0,
                          .pad_after = kernel == 3 ? 1 : 0};
    const Tensor x =
        normal({1 + pick(2), std::max<int64_t>(2, pick() / 2), std::max<int64_t>(2, pick() / 2), spec.in_channels});
    const Weight w = weight({spec.out_channels, spec.in_channels, kernel, kernel}, 0.3f);
    const Weight b = pick(2) ? weight({spec.out_channels}) : Weight{};
    const Tensor y = Conv2d(*reference_, spec, w, b)(x);
    const std::string what = "kernel " + std::to_string(kernel) + " stride " + std::to_string(spec.stride) + " on " +
                             x.shape().to_string() + " to " + y.shape().to_string();
    const double limit = product_limit(static_cast<double>(spec.in_channels * kernel * kernel) * 0.3 + 1);
    const Conv2d ours(*cpu_, spec, w, b);
    expect_close(ours(x), y, limit, 3e-6, what);
    const Tensor residual = normal(y.shape());
    expect_close(ours(x, residual), Conv2d(*reference_, spec, w, b)(x, residual), limit, 3e-6, what + " + residual");
  }
}

TEST_F(Ops, Conv2dAgreesOnWholeBlocksOfChannels) {  // which take another way than the odd numbers above
  constexpr int64_t kChannels[] = {16, 32, 48, 64};
  for (int round = 0; round < 40; ++round) {
    const int64_t stride = 1 + pick(2);
    const Conv2dSpec spec{.in_channels = kChannels[pick(4)],
                          .out_channels = kChannels[pick(4)],
                          .stride = stride,
                          .pad_before = stride == 2 ? pick(2) : 1};  // the VAE's downsampling has none there
    const Tensor x = normal({1 + pick(2), 2 + pick(23), 2 + pick(23), spec.in_channels});
    const Weight w = weight({spec.out_channels, spec.in_channels, 3, 3}, 0.3f);
    const Weight b = pick(2) ? weight({spec.out_channels}) : Weight{};
    const Conv2d ours(*cpu_, spec, w, b);
    const Conv2d reference(*reference_, spec, w, b);
    const double limit = product_limit(static_cast<double>(spec.in_channels * 9) * 0.3 + 1);
    const Tensor y = reference(x);
    const std::string what =
        "stride " + std::to_string(stride) + " on " + x.shape().to_string() + " to " + y.shape().to_string();
    expect_close(ours(x), y, limit, 1e-6, what);
    const Tensor residual = normal(y.shape());
    const Tensor sum = reference(x, residual);
    expect_close(ours(x, residual), sum, limit, 1e-6, what + " + residual");
    Tensor given = Tensor::from(residual.shape(), residual.values());
    const float* storage = given.data();
    const Tensor in_place = ours(x, std::move(given));
    EXPECT_EQ(in_place.data(), storage) << what;
    expect_close(in_place, sum, limit, 1e-6, what + " + residual in place");
  }
}

TEST_F(Ops, Conv2dKeepsItsPrecisionWithManyChannels) {
  // Sums by slices of 16 channels are 2.3e-7 and 2.6e-7 off. One chain of channels * 9 float32 sums is 1.2e-6 and
  // 1.8e-6 off. PyTorch sums by slices, and a model may be at most twice as far from the exact result as PyTorch.
  for (int64_t channels : {512, 1280}) {
    const Conv2dSpec spec{.in_channels = channels, .out_channels = 32};
    const Tensor x = normal({1, 9, 8, channels});
    const Weight w = weight({32, channels, 3, 3}, 0.05f);
    const Error2 e = difference(Conv2d(*cpu_, spec, w, {})(x), Conv2d(*reference_, spec, w, {})(x));
    EXPECT_LT(e.rms_relative, 4e-7) << channels << " channels";
  }
}

TEST_F(Ops, Conv2dAgreesWithLargerKernelsAndPaddings) {
  const Conv2dSpec spec{.in_channels = 37, .out_channels = 21, .kernel = 5, .pad_before = 6, .pad_after = 3};
  const Tensor x = normal({2, 3, 70, 37});
  const Weight w = weight({21, 37, 5, 5}, 0.3f), b = weight({21});
  const Conv2d ours(*cpu_, spec, w, b), reference(*reference_, spec, w, b);
  const Tensor y = reference(x), residual = normal(y.shape());
  const double limit = product_limit(37 * 25 * 0.3 + 1);
  expect_close(ours(x), y, limit, 3e-6, "");
  expect_close(ours(x, residual), reference(x, residual), limit, 3e-6, "+ residual");
}

TEST_F(Ops, Conv2dOfLargeMapsIsTheSameInMoreBands) {
  const Context one(1), many(16);  // a band is 2 MiB a thread: three bands and one
  const auto single = make_cpu_backend(one);
  const auto multiple = make_cpu_backend(many);
  for (int64_t stride : {1, 2}) {
    const Conv2dSpec spec{.in_channels = 32, .out_channels = 48, .stride = stride, .pad_before = stride == 2 ? 0 : 1};
    const Tensor x = normal({2, 45, 201, 32});
    const Weight w = weight({48, 32, 3, 3}, 0.1f), b = weight({48});
    const Tensor y = Conv2d(*single, spec, w, b)(x);
    expect_close(y, Conv2d(*reference_, spec, w, b)(x), product_limit(32 * 9 * 0.1 + 1), 1e-6,
                 "stride " + std::to_string(stride));
    EXPECT_EQ(difference(y, Conv2d(*multiple, spec, w, b)(x)).max_abs, 0) << "stride " << stride;
  }
}

// What a convolution with axes that wrap should compute, output by output in double precision.
Tensor wrapped_conv(const Conv2dSpec& spec, const Tensor& x, const Tensor& w, const Tensor& b, const Tensor& residual,
                    WrapAxes wrap) {
  const int64_t height = x.dim(1), width = x.dim(2), kernel = spec.kernel;
  const auto modulo = [](int64_t a, int64_t m) { return (a % m + m) % m; };
  Tensor out = Tensor::zeros({x.dim(0), spec.output_extent(height), spec.output_extent(width), spec.out_channels});
  for (int64_t i = 0; i < out.elements(); ++i) {
    const int64_t o = i % out.dim(3), column = i / out.dim(3) % out.dim(2);
    const int64_t row = i / (out.dim(3) * out.dim(2)) % out.dim(1), n = i / (out.dim(3) * out.dim(2) * out.dim(1));
    double sum = static_cast<double>(b.data()[o]);
    for (int64_t k = 0; k < kernel * kernel; ++k) {
      int64_t y = row * spec.stride - spec.pad_before + k / kernel;
      int64_t z = column * spec.stride - spec.pad_before + k % kernel;
      if (wrap.y) y = modulo(y, height);
      if (wrap.x) z = modulo(z, width);
      if (y < 0 || z < 0 || y >= height || z >= width) continue;
      for (int64_t c = 0; c < spec.in_channels; ++c) {
        sum += static_cast<double>(x.data()[((n * height + y) * width + z) * spec.in_channels + c]) *
               static_cast<double>(w.data()[(o * spec.in_channels + c) * kernel * kernel + k]);
      }
    }
    out.data()[i] = static_cast<float>(sum + (residual ? static_cast<double>(residual.data()[i]) : 0.0));
  }
  return out;
}

constexpr WrapAxes kEveryWrap[] = {{.x = true, .y = false}, {.x = false, .y = true}, {.x = true, .y = true}};

TEST_F(Ops, Conv2dWrapsAroundTheAxesItIsToldTo) {
  constexpr int64_t kSides[] = {1, 2, 3, 4, 5, 8, 9, 16, 17};  // 1: every neighbour is the cell itself
  constexpr int64_t kChannels[] = {1, 3, 5, 16, 17, 32};       // 32: the way by blocks
  struct Padding {
    int64_t before, after;
  };
  int64_t wrapped_singles = 0;
  for (int round = 0; round < 40; ++round) {
    for (int64_t stride : {1, 2}) {
      for (const Padding pad : {Padding{1, 1}, Padding{0, 1}}) {
        const Conv2dSpec spec{.in_channels = kChannels[pick(6)],
                              .out_channels = kChannels[pick(6)],
                              .stride = stride,
                              .pad_before = pad.before,
                              .pad_after = pad.after};
        // Padded, no side may be smaller than the kernel.
        const int64_t least = 2 - pad.before;
        const int64_t height = std::max(least, kSides[pick(9)]), width = std::max(least, kSides[pick(9)]);
        const Tensor x = normal({1 + pick(2), height, width, spec.in_channels});
        const Tensor w = normal({spec.out_channels, spec.in_channels, 3, 3}, 0.3f), b = normal({spec.out_channels});
        const Conv2d conv(*cpu_, spec, Weight::of("w", w), Weight::of("b", b));
        const double limit = product_limit(static_cast<double>(spec.in_channels * 9) * 0.3 + 1);
        for (const WrapAxes wrap : kEveryWrap) {
          const std::string what = std::string(wrap.x ? "x" : "") + (wrap.y ? "y" : "") + " stride " +
                                   std::to_string(stride) + " padding " + std::to_string(pad.before) + " on " +
                                   x.shape().to_string() + " to " + std::to_string(spec.out_channels);
          const Tensor y = wrapped_conv(spec, x, w, b, {}, wrap);
          expect_close(conv(x, {}, wrap), y, limit, 3e-6, what);
          const Tensor residual = normal(y.shape());
          expect_close(conv(x, residual, wrap), wrapped_conv(spec, x, w, b, residual, wrap), limit, 3e-6,
                       what + " + residual");
          wrapped_singles += (wrap.x && width == 1) || (wrap.y && height == 1);
        }
      }
    }
  }
  EXPECT_GT(wrapped_singles, 0);
}

TEST_F(Ops, Conv2dWrapsMapsSmallerThanTheirPadding) {
  const Conv2dSpec spec{.in_channels = 3, .out_channels = 2, .kernel = 5, .pad_before = 2, .pad_after = 2};
  const Tensor w = normal({2, 3, 5, 5}, 0.3f), b = normal({2});
  const Conv2d conv(*cpu_, spec, Weight::of("w", w), Weight::of("b", b));
  for (const WrapAxes wrap : kEveryWrap) {
    for (int64_t side : {1, 2}) {
      const Tensor x = normal({2, side, 1, 3});
      expect_close(conv(x, {}, wrap), wrapped_conv(spec, x, w, b, {}, wrap), product_limit(3 * 25 * 0.3 + 1), 3e-6,
                   x.shape().to_string());
    }
  }
}

TEST_F(Ops, Conv2dWrappedOrNotIsTheSameWhereNothingIsPadded) {
  const Conv2dSpec spec{.in_channels = 7, .out_channels = 5, .kernel = 1, .pad_before = 0, .pad_after = 0};
  const Conv2d conv(*cpu_, spec, weight({5, 7, 1, 1}), weight({5}));
  const Tensor x = normal({2, 4, 3, 7});
  EXPECT_EQ(difference(conv(x, {}, {.x = true, .y = true}), conv(x)).max_abs, 0);
}

TEST_F(Ops, Conv2dMixesUpNoCallsThatWrapWithOthers) {
  // With its padding laid out, a map 201 columns wide is as wide as one of 203 without. Both come in bands, and the
  // middle bands have no padding above or below.
  const Context one(1);
  const auto single = make_cpu_backend(one);
  const Conv2dSpec spec{.in_channels = 32, .out_channels = 48};
  const Tensor w = normal({48, 32, 3, 3}, 0.1f), b = normal({48});
  const Conv2d conv(*single, spec, Weight::of("w", w), Weight::of("b", b));
  const Tensor wide = normal({1, 90, 203, 32}), narrow = normal({1, 90, 201, 32});
  const Tensor before = conv(wide);
  const WrapAxes wrap{.x = true, .y = true};
  const double limit = product_limit(32 * 9 * 0.1 + 1);
  expect_close(conv(narrow, {}, wrap), wrapped_conv(spec, narrow, w, b, {}, wrap), limit, 1e-6, "wrapped");
  EXPECT_EQ(difference(conv(wide), before).max_abs, 0);
}

TEST(RowBand, BandsCoverEveryRowAndReadOnlyRowsThatExist) {
  for (int64_t stride : {1, 2}) {
    for (int64_t pad_before : {0, 1, 2}) {
      for (int64_t pad_after : {0, 1, 2}) {
        for (int64_t height = 3; height < 12; ++height) {
          const Conv2dSpec spec{.stride = stride, .pad_before = pad_before, .pad_after = pad_after};
          const int64_t output = spec.output_extent(height);
          for (int64_t rows = 1; rows <= output; ++rows) {
            int64_t covered = 0;
            for (int64_t first = 0; first < output; first += rows) {
              const cpu::RowBand band = cpu::row_band(spec, height, first, rows);
              covered += band.rows;
              EXPECT_EQ(band.source_first - band.pad_top, first * stride - pad_before);
              EXPECT_EQ(band.pad_top + band.source_rows + band.pad_bottom, (band.rows - 1) * stride + 3);
              EXPECT_GE(band.source_first, 0);
              EXPECT_GT(band.source_rows, 0);
              EXPECT_LE(band.source_first + band.source_rows, height);
              EXPECT_GE(band.pad_top, 0);
              EXPECT_GE(band.pad_bottom, 0);
            }
            EXPECT_EQ(covered, output);
          }
        }
      }
    }
  }
}

TEST_F(Ops, LinearAgreesOnOddSizes) {
  for (int round = 0; round < 40; ++round) {
    const LinearSpec spec{.in_features = pick() * (1 + pick(4)), .out_features = pick() * (1 + pick(4))};
    const Tensor x = normal({1 + pick(2), pick(), spec.in_features});
    const Weight w = weight({spec.out_features, spec.in_features}, 0.3f);
    const Weight b = pick(2) ? weight({spec.out_features}) : Weight{};
    const double limit = product_limit(static_cast<double>(spec.in_features) * 0.3 + 1);
    const Tensor y = Linear(*reference_, spec, w, b)(x);
    const std::string what = x.shape().to_string() + " to " + y.shape().to_string();
    expect_close(Linear(*cpu_, spec, w, b)(x), y, limit, 3e-6, what);
    const Tensor residual = normal(y.shape());
    expect_close(Linear(*cpu_, spec, w, b)(x, residual), Linear(*reference_, spec, w, b)(x, residual), limit, 3e-6,
                 what + " + residual");
  }
}

TEST_F(Ops, LinearKeepsItsPrecisionWithManyFeatures) {  // as Conv2dKeepsItsPrecisionWithManyChannels
  for (int64_t features : {320, 1280, 5120}) {
    const LinearSpec spec{.in_features = features, .out_features = 64};
    const Tensor x = normal({64, features});
    const Weight w = weight({64, features}, 0.05f);
    const Error2 e = difference(Linear(*cpu_, spec, w, {})(x), Linear(*reference_, spec, w, {})(x));
    std::printf("  %ld features: rms error %.2e\n", features, e.rms_relative);
    EXPECT_LT(e.rms_relative, 4e-7) << features << " features";
  }
}

TEST_F(Ops, GegluAgrees) {
  for (int round = 0; round < 10; ++round) {
    const LinearSpec spec{.in_features = pick(), .out_features = 2 * pick()};
    const Tensor x = normal({2, pick(), spec.in_features});
    const Weight w = weight({spec.out_features, spec.in_features}, 0.3f);
    const Weight b = weight({spec.out_features});
    expect_close(Linear(*cpu_, spec, w, b).geglu(x), Linear(*reference_, spec, w, b).geglu(x), 1e-4, 3e-6,
                 x.shape().to_string());
  }
}

TEST_F(Ops, ALayerServesInputsOfChangingSizes) {
  const Conv2dSpec spec{.in_channels = 17, .out_channels = 32};
  const Weight w = weight({32, 17, 3, 3}, 0.2f);
  const Conv2d ours(*cpu_, spec, w, {});
  const Conv2d reference(*reference_, spec, w, {});
  for (int64_t size : {8, 64, 3, 8, 1}) {
    const Tensor x = normal({1, size, size, 17});
    expect_close(ours(x), reference(x), product_limit(31), 3e-6, std::to_string(size));
  }
}

TEST_F(Ops, GroupNormAgreesWithEveryActivationAndShift) {
  for (int round = 0; round < 40; ++round) {
    const int64_t groups = 1 + pick(8);
    const int64_t channels = groups * (1 + pick(11));
    const int64_t batch = 1 + pick(3);
    const auto activation = static_cast<Activation>(pick(6));
    const Tensor x = normal({batch, pick(), pick(), channels}, 2, 3);
    const Weight w = weight({channels}), b = weight({channels});
    const Tensor shift = pick(2) ? normal({pick(2) ? batch : 1, channels}) : Tensor();
    const GroupNorm ours(*cpu_, channels, groups, 1e-5f, w, b);
    const GroupNorm reference(*reference_, channels, groups, 1e-5f, w, b);
    expect_close(ours(x, activation, shift), reference(x, activation, shift), 1e-5, 1e-6,
                 x.shape().to_string() + " groups " + std::to_string(groups));
  }
}

TEST_F(Ops, GroupNormKeepsItsPrecisionWhenTheMeanIsLarge) {
  const Tensor x = normal({1, 40, 50, 8}, 1, 1000);  // one pass in float32 would lose the variance here
  const Weight one = Weight::of("w", Tensor::from({8}, std::vector<float>(8, 1)));
  const Weight zero = Weight::of("b", Tensor::zeros({8}));
  const Tensor y = GroupNorm(*cpu_, 8, 2, 1e-5f, one, zero)(x);
  expect_close(y, GroupNorm(*reference_, 8, 2, 1e-5f, one, zero)(x), 2e-4, 1e-4, "mean 1000, deviation 1");
}

TEST_F(Ops, GroupNormDependsOnItsEpsilon) {  // the defect that the parity limits must catch
  const Tensor x = normal({1, 7, 5, 8}, 0.1f);
  const Weight w = weight({8}), b = weight({8});
  const Error2 e = difference(GroupNorm(*cpu_, 8, 2, 1e-6f, w, b)(x), GroupNorm(*reference_, 8, 2, 1e-5f, w, b)(x));
  EXPECT_GT(e.rms_relative, 1e-5);
}

TEST_F(Ops, LayerNormAgrees) {
  for (int round = 0; round < 20; ++round) {
    const int64_t channels = pick() * (1 + pick(20));
    const Tensor x = normal({2, pick(), channels}, 2, 1);
    const Weight w = weight({channels}), b = weight({channels});
    expect_close(LayerNorm(*cpu_, channels, 1e-5f, w, b)(x), LayerNorm(*reference_, channels, 1e-5f, w, b)(x), 1e-5,
                 1e-6, x.shape().to_string());
  }
}

TEST_F(Ops, ActivationsAgreeOverTheirWholeRange) {
  std::vector<float> values;
  for (float x = -100; x <= 100; x += 0.037f) values.push_back(x);
  for (float x : {0.0f, -0.0f, 1e-30f, -1e-30f, 1e-4f, 1000.0f, -1000.0f}) values.push_back(x);
  const Tensor x = Tensor::from({static_cast<int64_t>(values.size())}, values);
  for (auto activation :
       {Activation::silu, Activation::gelu, Activation::gelu_tanh, Activation::quick_gelu, Activation::relu}) {
    expect_close(activate(*cpu_, x, activation), activate(*reference_, x, activation), 1e-5, 1e-6,
                 std::to_string(static_cast<int>(activation)));
  }
}

TEST_F(Ops, ReluDoesNotHideWhatIsNotANumber) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (Backend* backend : {cpu_.get(), reference_.get()}) {
    const Tensor y = activate(*backend, Tensor::from({3}, std::vector<float>{nan, -2, 3}), Activation::relu);
    EXPECT_TRUE(std::isnan(y.data()[0]));
    EXPECT_EQ(y.data()[1], 0);
    EXPECT_EQ(y.data()[2], 3);
  }
}

TEST_F(Ops, SoftmaxAgreesAlsoWithOneHugeValue) {
  for (int round = 0; round < 10; ++round) {
    Tensor x = normal({pick(), pick()}, 5);
    if (round % 2) x.data()[0] = 3000;
    expect_close(softmax(*cpu_, x), softmax(*reference_, x), 1e-5, 1e-6, x.shape().to_string());
  }
}

TEST_F(Ops, AttentionAgreesOnOddSizesHeadsAndMasks) {
  for (int round = 0; round < 60; ++round) {
    const int64_t heads = 1 + pick(5);
    const int64_t width = round % 3 ? pick() : 8 * (1 + pick(20));
    const bool is_causal = pick(3) == 0;
    const int64_t queries = pick() * (1 + pick(4));
    const int64_t keys = is_causal ? queries : pick() * (1 + pick(10));
    const Tensor q = normal({1 + pick(2), queries, heads * width});
    const Tensor k = normal({q.dim(0), keys, heads * width});
    const Tensor v = normal({q.dim(0), keys, heads * width});
    expect_close(attention(*cpu_, q, k, v, heads, is_causal), attention(*reference_, q, k, v, heads, is_causal), 2e-5,
                 2e-6,
                 std::to_string(queries) + " queries, " + std::to_string(keys) + " keys, " + std::to_string(heads) +
                     " heads of " + std::to_string(width) + (is_causal ? ", causal" : ""));
  }
}

TEST_F(Ops, AttentionHoldsWithLongKeysAndOneHugeScore) {
  Tensor q = normal({1, 50, 64});
  Tensor k = normal({1, 4096, 64});
  const Tensor v = normal({1, 4096, 64});
  expect_close(attention(*cpu_, q, k, v, 1), attention(*reference_, q, k, v, 1), 2e-5, 2e-6, "4096 keys");
  for (int64_t d = 0; d < 64; ++d) k.data()[4000 * 64 + d] = 40 * q.data()[d];
  expect_close(attention(*cpu_, q, k, v, 1), attention(*reference_, q, k, v, 1), 2e-5, 2e-6, "one huge score");
}

TEST_F(Ops, AttentionKeepsNotANumberInItsRow) {  // a model that went wrong must not look as if it had not
  Tensor q = normal({1, 50, 32});
  const Tensor k = normal({1, 300, 32});
  q.data()[7 * 32 + 3] = NAN;
  const Tensor y = attention(*cpu_, q, k, k, 2);
  for (int64_t i = 0; i < y.elements(); ++i) {
    EXPECT_EQ(std::isnan(y.data()[i]), i / 32 == 7 && i % 32 < 16) << i;  // of the head that has it
  }
}

TEST_F(Ops, ResamplingMovesEveryValueToItsPlace) {
  for (int round = 0; round < 10; ++round) {
    const Tensor x = normal({1 + pick(2), pick(), pick(), pick()});
    const int64_t height = x.dim(1) + pick(), width = 2 * x.dim(2);
    EXPECT_EQ(
        difference(upsample_nearest(*cpu_, x, height, width), upsample_nearest(*reference_, x, height, width)).max_abs,
        0);
    const Tensor y = normal({x.dim(0), x.dim(1), x.dim(2), pick()});
    EXPECT_EQ(difference(concat_channels(*cpu_, x, y), concat_channels(*reference_, x, y)).max_abs, 0);
  }
}

TEST_F(Ops, NearestUpsamplingReadsTheRowsThatTorchReads) {
  const Tensor x = Tensor::from({1, 3, 1, 1}, std::vector<float>{10, 20, 30});
  const Tensor y = upsample_nearest(*cpu_, x, 5, 1);  // torch.nn.functional.interpolate(x, size=(5, 1))
  EXPECT_EQ(std::vector<float>(y.values().begin(), y.values().end()), (std::vector<float>{10, 10, 20, 20, 30}));
}

TEST_F(Ops, ThreadCountDoesNotChangeOwnKernels) {
  const Context one(1);
  const auto single = make_cpu_backend(one);
  const Tensor x = normal({2, 37, 41, 24}, 2, 1);
  const Weight w = weight({24}), b = weight({24});
  const Tensor y = GroupNorm(*cpu_, 24, 4, 1e-5f, w, b)(x, Activation::silu);
  EXPECT_EQ(difference(GroupNorm(*single, 24, 4, 1e-5f, w, b)(x, Activation::silu), y).max_abs, 0);
  const Tensor q = normal({2, 130, 48});
  EXPECT_EQ(difference(attention(*single, q, q, q, 3), attention(*cpu_, q, q, q, 3)).max_abs, 0);
}

TEST_F(Ops, ResidualIsLeftAloneWhenSomebodyElseHoldsIt) {
  const Linear layer(*cpu_, {.in_features = 4, .out_features = 4}, weight({4, 4}), {});
  const Tensor residual = normal({3, 4});
  const std::vector<float> before(residual.values().begin(), residual.values().end());
  const Tensor y = layer(normal({3, 4}), residual);
  EXPECT_EQ(std::vector<float>(residual.values().begin(), residual.values().end()), before);
}

TEST_F(Ops, MistakesNameTheTensorAndTheShapes) {
  try {
    const Linear layer(*cpu_, {.in_features = 4, .out_features = 5}, weight({4, 5}), {});
    FAIL() << "accepted";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Code::tensor_wrong_shape);
    EXPECT_STREQ(e.what(), "'w' has shape [4, 5], expected [5, 4]");
  }
  const Conv2d strided(*cpu_, {.in_channels = 2, .out_channels = 2, .stride = 2, .pad_before = 0}, weight({2, 2, 3, 3}),
                       {});
  EXPECT_THROW(strided(normal({1, 1, 4, 2})), Error);  // with its padding two rows high
  EXPECT_THROW(GroupNorm(*cpu_, 10, 4, 1e-5f, weight({10}), weight({10})), Error);
  EXPECT_THROW(attention(*cpu_, normal({1, 2, 6}), normal({1, 2, 6}), normal({1, 2, 6}), 4), Error);
  EXPECT_THROW(concat_channels(*cpu_, normal({1, 2, 6}), normal({1, 3, 6})), Error);
}

TEST(TimestepEmbedding, MatchesItsFormula) {
  const float values[] = {999, 0, 601.5f};
  const Tensor y = timestep_embedding(values, 320, true, 0);
  for (int64_t n = 0; n < 3; ++n) {
    for (int64_t i = 0; i < 160; ++i) {
      const double angle = static_cast<double>(values[n]) * std::pow(10000.0, -static_cast<double>(i) / 160);
      // float32 angles near 1000 are known to 3e-5, in the reference as well
      EXPECT_NEAR(y.data()[n * 320 + i], std::cos(angle), 1e-4);
      EXPECT_NEAR(y.data()[n * 320 + 160 + i], std::sin(angle), 1e-4);
    }
  }
}

}  // namespace
}  // namespace redraw
