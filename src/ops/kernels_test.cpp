// Every table of kernels that this processor can run gives the same numbers. People with older processors get the
// slower tables, and nothing else here would run those.
#include <array>
#include <cmath>
#include <cstring>
#include <gtest/gtest.h>
#include <random>

#include "base/half.h"
#include "ops/activation.h"
#include "ops/attention.h"
#include "ops/conv2d.h"
#include "ops/cpu/cpu_backend.h"
#include "ops/linear.h"
#include "ops/norm.h"

namespace redraw {
namespace {

std::vector<const cpu::Kernels*> runnable_tables() {
  std::vector<const cpu::Kernels*> tables{&cpu::kernels_generic()};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) tables.push_back(&cpu::kernels_avx2());
  if (std::string_view(cpu::best_kernels().name) == "avx512") tables.push_back(&cpu::kernels_avx512());
  return tables;
}

Tensor normal(std::mt19937& random, Shape shape) {
  Tensor t = Tensor::zeros(shape);
  std::normal_distribution<float> distribution(0.5f, 2);
  for (float& x : t.values()) x = distribution(random);
  return t;
}

Tensor scaled(Tensor t, float factor) {
  for (float& x : t.values()) x *= factor;
  return t;
}

void expect_equal(const Tensor& a, const Tensor& b, const char* what) {
  for (int64_t i = 0; i < a.elements(); ++i) ASSERT_NEAR(a.data()[i], b.data()[i], 3e-5) << what << " at " << i;
}

// Every table that runs here, with our own products and with oneDNN's.
std::vector<cpu::Kernels> tables_with(bool own_products) {
  std::vector<cpu::Kernels> tables;
  for (const cpu::Kernels* table : runnable_tables()) {
    tables.push_back(*table);
    tables.back().own_products = own_products;
  }
  return tables;
}

class KernelTables : public ::testing::TestWithParam<bool> {};

TEST_P(KernelTables, AgreeWithTheReferenceOnEveryInstructionSet) {
  const Context context(2);
  const auto reference = make_reference_backend(context);
  for (const cpu::Kernels& copy : tables_with(GetParam())) {
    const cpu::Kernels* table = &copy;
    CpuBackend backend(context, *table);
    EXPECT_EQ(backend.name(), table->name);
    std::mt19937 random(7);
    const Tensor x = normal(random, {2, 19, 13, 12});
    const Weight w = Weight::of("w", normal(random, {12})), b = Weight::of("b", normal(random, {12}));
    expect_equal(LayerNorm(backend, 12, 1e-5f, w, b)(x), LayerNorm(*reference, 12, 1e-5f, w, b)(x), table->name);
    for (auto activation :
         {Activation::silu, Activation::gelu, Activation::gelu_tanh, Activation::quick_gelu, Activation::relu}) {
      expect_equal(activate(backend, x, activation), activate(*reference, x, activation), table->name);
      expect_equal(GroupNorm(backend, 12, 3, 1e-5f, w, b)(x, activation),
                   GroupNorm(*reference, 12, 3, 1e-5f, w, b)(x, activation), table->name);
    }
    const Conv2dSpec spec{.in_channels = 32, .out_channels = 48};
    const Tensor map = normal(random, {2, 19, 13, 32});
    const Tensor residual = normal(random, {2, 19, 13, 48});
    const Weight kernel = Weight::of("k", scaled(normal(random, {48, 32, 3, 3}), 0.02f));
    const Weight matrix = Weight::of("m", scaled(normal(random, {40, 32}), 0.02f));
    const LinearSpec linear{.in_features = 32, .out_features = 40};
    expect_equal(Linear(backend, linear, matrix, {})(map), Linear(*reference, linear, matrix, {})(map), table->name);
    expect_equal(Conv2d(backend, spec, kernel, {})(map, residual), Conv2d(*reference, spec, kernel, {})(map, residual),
                 table->name);
    for (int64_t width : {1, 8, 40, 64, 80, 160}) {
      const Tensor q = normal(random, {1, 67, 2 * width});
      const Tensor k = normal(random, {1, 301, 2 * width});
      expect_equal(attention(backend, q, k, k, 2), attention(*reference, q, k, k, 2), table->name);
      expect_equal(attention(backend, q, q, q, 2, true), attention(*reference, q, q, q, 2, true), table->name);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(OwnProductsOrOneDnn, KernelTables, ::testing::Bool());

Weight stored_as(DType type, const Tensor& values) {
  return type == DType::f32 ? Weight::of("w", values) : Weight::of("w", values, type);
}

// Sums of so many products of numbers from normal(), whose squares are 4.25 on average.
void expect_sums(const Tensor& ours, const Tensor& exact, int64_t products, const std::string& what) {
  double squares = 0;
  for (int64_t i = 0; i < exact.elements(); ++i) {
    const double difference = static_cast<double>(ours.data()[i]) - static_cast<double>(exact.data()[i]);
    squares += difference * difference;
  }
  const double rms = std::sqrt(squares / static_cast<double>(exact.elements()));
  EXPECT_LE(rms, 2e-7 * 4.25 * static_cast<double>(products + 1)) << what;
}

void expect_same_bits(const Tensor& a, const Tensor& b, const std::string& what) {
  EXPECT_EQ(std::memcmp(a.data(), b.data(), a.values().size_bytes()), 0) << what;
}

constexpr DType kStoredTypes[] = {DType::f32, DType::f16, DType::bf16};

TEST(OwnProducts, LinearAgreesWithTheReferenceForEveryStoredType) {
  const Context context(2);
  const auto reference = make_reference_backend(context);
  std::mt19937 random(11);
  for (const cpu::Kernels& table : tables_with(true)) {
    CpuBackend backend(context, table);
    for (const DType type : kStoredTypes) {
      for (const int64_t in : {1, 16, 17, 320, 321, 700}) {  // one slice of input features, and more
        for (const int64_t out : {1, 7, 8, 9, 16, 33, 48}) {
          const LinearSpec spec{.in_features = in, .out_features = out};
          const Weight w = stored_as(type, normal(random, {out, in}));
          const Weight b = Weight::of("b", normal(random, {out}));
          const int64_t rows = std::array{1, 6, 13, 250}[random() % 4];
          const Tensor x = normal(random, {rows, in}), residual = normal(random, {rows, out});
          const std::string what = std::string(table.name) + " " + std::string(dtype_name(type)) + " " +
                                   std::to_string(rows) + "x" + std::to_string(in) + " to " + std::to_string(out);
          const Tensor y = Linear(backend, spec, w, b)(x);
          expect_sums(y, Linear(*reference, spec, w, b)(x), in, what);
          expect_same_bits(y, Linear(backend, spec, Weight::of("w", w.load()), b)(x), what);
          expect_sums(Linear(backend, spec, w, {})(x, residual), Linear(*reference, spec, w, {})(x, residual), in,
                      what);
        }
      }
    }
  }
}

TEST(OwnProducts, ConvolutionsAgreeWithTheReferenceForEveryStoredType) {
  const Context context(2);
  const auto reference = make_reference_backend(context);
  std::mt19937 random(12);
  for (const cpu::Kernels& table : tables_with(true)) {
    CpuBackend backend(context, table);
    for (const DType type : kStoredTypes) {
      for (const int64_t kernel : {3, 7, 9}) {  // from 9 on narrow weights are not kept
        for (const int64_t out : {3, 8, 16, 40, 61}) {
          const int64_t in = std::array{17, 32, 37}[random() % 3];
          const Conv2dSpec spec{.in_channels = in, .out_channels = out, .kernel = kernel, .pad_before = 2};
          const Weight w = stored_as(type, normal(random, {out, in, kernel, kernel}));
          const Tensor x = normal(random, {5, 9, 11, in});  // two pictures in a tile, and one left over
          const std::string what = std::string(table.name) + " " + std::string(dtype_name(type)) + " " +
                                   std::to_string(kernel) + " to " + std::to_string(out);
          const Tensor y = Conv2d(backend, spec, w, {})(x);
          expect_sums(y, Conv2d(*reference, spec, w, {})(x), in * kernel * kernel, what);
          expect_same_bits(y, Conv2d(backend, spec, Weight::of("w", w.load()), {})(x), what);
        }
      }
    }
  }
}

TEST(OwnProducts, LinearIsTheSameOnAnyNumberOfThreads) {
  std::mt19937 random(13);
  const LinearSpec spec{.in_features = 330, .out_features = 200};
  const Tensor w = normal(random, {200, 330}), x = normal(random, {500, 330});
  for (const cpu::Kernels& table : tables_with(true)) {
    const Context one(1);
    CpuBackend alone(one, table);
    const Tensor y = Linear(alone, spec, Weight::of("w", w, DType::f16), {})(x);
    for (const int threads : {2, 3, 7}) {
      const Context context(threads);
      CpuBackend backend(context, table);
      expect_same_bits(Linear(backend, spec, Weight::of("w", w, DType::f16), {})(x), y,
                       std::string(table.name) + " " + std::to_string(threads));
    }
  }
}

TEST(OwnProducts, EveryNarrowNumberIsWidenedExactly) {
  const Context context(1);
  constexpr int64_t kPatterns = 1 << 16;
  std::vector<uint16_t> patterns(kPatterns);
  for (size_t i = 0; i < patterns.size(); ++i) patterns[i] = static_cast<uint16_t>(i);
  const Tensor one = Tensor::from({1, 1}, std::vector<float>{1});
  for (const cpu::Kernels& table : tables_with(true)) {
    CpuBackend backend(context, table);
    for (const DType type : {DType::f16, DType::bf16}) {
      const Weight w{.name = "w",
                     .shape = {kPatterns, 1},
                     .read = [](int64_t, std::span<float>) { FAIL() << "read as float32"; },
                     .stored = StoredNumbers{.dtype = type, .read = [&](int64_t first, std::span<std::byte> out) {
                                               std::memcpy(out.data(), patterns.data() + first, out.size());
                                             }}};
      const Tensor y = Linear(backend, {.in_features = 1, .out_features = kPatterns}, w, {})(one);
      for (size_t i = 0; i < patterns.size(); ++i) {
        const float expected = type == DType::f16 ? half_to_float(patterns[i]) : bfloat16_to_float(patterns[i]);
        if (std::isnan(expected)) {
          ASSERT_TRUE(std::isnan(y.data()[i])) << table.name << " pattern " << i;
        } else {
          ASSERT_EQ(y.data()[i], expected) << table.name << " pattern " << i;
        }
      }
    }
  }
}

}  // namespace
}  // namespace redraw
