// A cancelled run ends at the next operator. Long operators end in their midst.
#include <atomic>
#include <functional>
#include <gtest/gtest.h>

#include "base/cancelled.h"
#include "ops/activation.h"
#include "ops/attention.h"
#include "ops/conv2d.h"
#include "ops/cpu/cpu_backend.h"
#include "ops/linear.h"
#include "ops/norm.h"
#include "ops/resample.h"

namespace redraw {
namespace {

Weight ones(Shape shape) {
  Tensor numbers = Tensor::zeros(shape);
  for (float& x : numbers.values()) x = 1;
  return Weight::of("w", numbers);
}

struct Operator {
  const char* name;
  std::function<void()> run;
};

TEST(Cancellation, EveryOperatorAsksBeforeItBegins) {
  for (const auto make : {make_cpu_backend, make_reference_backend}) {
    const Context context(1);
    const auto backend = make(context);
    const Cancellation cancellation;
    const Backend::RunScope run(*backend, cancellation);
    const Tensor map = Tensor::zeros({1, 4, 4, 8}), tokens = Tensor::zeros({1, 4, 8});
    const Conv2d conv(*backend, {.in_channels = 8, .out_channels = 8}, ones({8, 8, 3, 3}), {});
    const Linear linear(*backend, {.in_features = 8, .out_features = 8}, ones({8, 8}), {});
    const GroupNorm group_norm(*backend, 8, 2, 1e-5f, ones({8}), ones({8}));
    const LayerNorm layer_norm(*backend, 8, 1e-5f, ones({8}), ones({8}));
    const Operator operators[] = {
        {"conv2d", [&] { conv(map); }},
        {"linear", [&] { linear(tokens); }},
        {"geglu", [&] { linear.geglu(tokens); }},
        {"group_norm", [&] { group_norm(map); }},
        {"layer_norm", [&] { layer_norm(tokens); }},
        {"activate", [&] { activate(*backend, map, Activation::silu); }},
        {"softmax", [&] { softmax(*backend, tokens); }},
        {"attention", [&] { attention(*backend, tokens, tokens, tokens, 2); }},
        {"upsample_nearest", [&] { upsample_nearest(*backend, map, 8, 8); }},
        {"concat_channels", [&] { concat_channels(*backend, map, map); }},
        {"a convolution that is built",
         [&] {
           Conv2d(*backend, {.in_channels = 8, .out_channels = 8}, ones({8, 8, 3, 3}), {});
         }},
        {"a linear layer that is built",
         [&] {
           Linear(*backend, {.in_features = 8, .out_features = 8}, ones({8, 8}), {});
         }},
    };
    for (const Operator& one : operators) EXPECT_NO_THROW(one.run()) << one.name;
    cancellation.cancel();
    for (const Operator& one : operators) EXPECT_THROW(one.run(), Cancelled) << one.name << " " << backend->name();
  }
}

TEST(Cancellation, ReadingAndPackingWeightsEndsBetweenTwoPieces) {
  for (const cpu::Kernels* table : {&cpu::kernels_generic(), &cpu::best_kernels()}) {
    const Context context(1);
    CpuBackend backend(context, *table);
    const Cancellation cancellation;
    const Backend::RunScope run(backend, cancellation);
    std::atomic<int> pieces = 0;
    Weight slow{.name = "w", .shape = {4096, 4096}, .read = [&](int64_t, std::span<float>) {
                  ++pieces;
                  cancellation.cancel();
                }};
    const Linear layer(backend, {.in_features = 4096, .out_features = 4096}, slow, {});
    EXPECT_THROW(layer(Tensor::zeros({1, 4096})), Cancelled) << table->name;
    EXPECT_EQ(pieces, 1) << table->name;
  }
}

TEST(Cancellation, IsOfOneRunAlone) {
  const Context context(1);
  const auto backend = make_cpu_backend(context);
  const Tensor map = Tensor::zeros({1, 4, 4, 8});
  const Cancellation first, second;
  {
    const Backend::RunScope run(*backend, first);
    first.cancel();
    EXPECT_THROW(activate(*backend, map, Activation::silu), Cancelled);
  }
  EXPECT_NO_THROW(activate(*backend, map, Activation::silu));
  const Backend::RunScope run(*backend, second);
  EXPECT_NO_THROW(activate(*backend, map, Activation::silu));
}

// Says yes from the second question on.
struct SecondQuestion {
  int asked = 0;
  cpu::Interrupt interrupt() {
    return {.is_cancelled =
                [](const void* self) {
                  return ++const_cast<SecondQuestion*>(static_cast<const SecondQuestion*>(self))->asked > 1;
                },
            .context = this};
  }
};

constexpr float kUntouched = -12345;

void expect_only_the_beginning(const std::vector<float>& out, const SecondQuestion& question, const std::string& what) {
  EXPECT_NE(out.front(), kUntouched) << what;
  EXPECT_EQ(out.back(), kUntouched) << what;
  EXPECT_GT(question.asked, 1) << what;
}

TEST(Cancellation, LongKernelsLeaveTheRestUndone) {
  for (const cpu::Kernels* table : {&cpu::kernels_generic(), &cpu::best_kernels()}) {
    const cpu::AttentionShape shape{
        .batch = 1, .queries = 400, .keys = 8, .heads = 1, .width = 16, .scale = 1, .is_causal = false};
    const std::vector<float> q(400 * 16, 1.0f), keys(8 * 16, 1.0f);
    std::vector<float> out(400 * 16, kUntouched);
    std::vector<float> scratch(static_cast<size_t>(table->attention_scratch_floats(shape, 1)));
    SecondQuestion question;
    table->attention(shape, q.data(), keys.data(), keys.data(), scratch.data(), 1, question.interrupt(), out.data());
    expect_only_the_beginning(out, question, std::string("attention ") + table->name);

    const cpu::LinearCall linear{.rows = 400, .in_features = 16, .out_features = 64};
    const std::vector<float> weights(static_cast<size_t>(table->panel_numbers(64, 16, 1)), 1.0f);
    scratch.resize(static_cast<size_t>(table->linear_scratch_floats(linear)));
    out.assign(400 * 64, kUntouched);
    question = {};
    table->linear(linear, q.data(), {.numbers = weights.data(), .type = cpu::WeightType::f32}, nullptr, false,
                  scratch.data(), 1, question.interrupt(), out.data());
    expect_only_the_beginning(out, question, std::string("linear ") + table->name);

    const cpu::ConvCall conv{.batch = 1,
                             .height = 40,
                             .width = 40,
                             .in_channels = 16,
                             .out_height = 40,
                             .out_width = 40,
                             .out_channels = 16,
                             .kernel = 1,
                             .stride = 1,
                             .first = 0,
                             .rows = 40,
                             .first_source_row = 0,
                             .source_rows = 40,
                             .pad_left = 0,
                             .source_width = 40};
    const std::vector<float> source(static_cast<size_t>(table->conv_source_floats(conv)), 1.0f);
    out.assign(40 * 40 * 16, kUntouched);
    question = {};
    table->convolve(conv, source.data(), {.numbers = weights.data(), .type = cpu::WeightType::f32}, nullptr, false,
                    question.interrupt(), out.data());
    expect_only_the_beginning(out, question, std::string("convolve ") + table->name);
  }
}

}  // namespace
}  // namespace redraw
