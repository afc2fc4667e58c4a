// Every table of kernels that this processor can run gives the same numbers: the slower ones are what people with
// older processors get, and nothing else here would run them.
#include <cmath>
#include <gtest/gtest.h>
#include <random>

#include "ops/activation.h"
#include "ops/attention.h"
#include "ops/conv2d.h"
#include "ops/cpu/cpu_backend.h"
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

TEST(KernelTables, AgreeWithTheReferenceOnEveryInstructionSet) {
  const Context context(2);
  const auto reference = make_reference_backend(context);
  for (const cpu::Kernels* table : runnable_tables()) {
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

}  // namespace
}  // namespace redraw
