// Measures the operators on the shapes of Stable Diffusion 1.5 at 512x512 with guidance (a batch of two), of its
// autoencoder, and of the small box model. The processor's peak is measured in the same run for comparison.
//
//   ops_bench [threads [f32|f16|bf16]] [--benchmark_filter=conv2d/unet] [--benchmark_repetitions=5] ...
//
// GFLOP and of_peak are both per second. They count the operations of the direct algorithm over wall-clock time. On a
// machine that others also use, run with one thread and read the CPU column.
#include <benchmark/benchmark.h>
#include <cstdlib>
#include <random>
#include <string>
#include <thread>

#include "ops/attention.h"
#include "ops/conv2d.h"
#include "ops/linear.h"
#include "ops/norm.h"
#include "ops/peak.h"

namespace redraw {
namespace {

struct ConvShape {
  const char* name;
  int64_t batch, size, in, out;
  int64_t stride = 1;
};

constexpr ConvShape kConvolutions[] = {
    {"unet/64", 2, 64, 320, 320},   {"unet/32", 2, 32, 640, 640},      {"unet/16", 2, 16, 1280, 1280},
    {"unet/8", 2, 8, 1280, 1280},   {"unet/down", 2, 64, 320, 320, 2}, {"vae/512", 1, 512, 128, 128},
    {"vae/256", 1, 256, 256, 256},  {"vae/128", 1, 128, 512, 512},     {"vae/64", 1, 64, 512, 512},
    {"vae/first", 1, 512, 3, 128},  {"vae/last", 1, 512, 128, 3},      {"box_unet/16", 2, 16, 64, 64},
    {"box_unet/8", 2, 8, 128, 128}, {"box_unet/4", 2, 4, 256, 256},    {"box_vae/128", 1, 128, 16, 16},
    {"box_vae/16", 1, 16, 64, 64},
};

struct LinearShape {
  const char* name;
  int64_t rows, in, out;
};

constexpr LinearShape kLinears[] = {
    {"unet/64/qkv", 8192, 320, 320},           {"unet/64/geglu", 8192, 320, 2560},
    {"unet/64/feed_forward", 8192, 1280, 320}, {"unet/32/geglu", 2048, 640, 5120},
    {"unet/16/geglu", 512, 1280, 10240},       {"unet/cross_keys", 154, 768, 1280},
    {"unet/time_embedding", 2, 1280, 1280},    {"text/feed_forward", 154, 768, 3072},
    {"box_unet/16/geglu", 512, 64, 512},       {"box_unet/4/geglu", 32, 256, 2048},
};

struct AttentionCase {
  const char* name;
  int64_t batch, heads, queries, keys, width;
  bool is_causal = false;
};

constexpr AttentionCase kAttentions[] = {
    {"unet/64/self", 2, 8, 4096, 4096, 40},  {"unet/64/cross", 2, 8, 4096, 77, 40},
    {"unet/32/self", 2, 8, 1024, 1024, 80},  {"unet/32/cross", 2, 8, 1024, 77, 80},
    {"unet/16/self", 2, 8, 256, 256, 160},   {"unet/8/self", 2, 8, 64, 64, 160},
    {"sdxl/64/self", 2, 10, 4096, 4096, 64}, {"vae/64", 1, 1, 4096, 4096, 512},
    {"text", 2, 12, 77, 77, 64, true},       {"box_unet/16/self", 2, 4, 256, 256, 16},
};

struct NormShape {
  const char* name;
  int64_t batch, size, channels;
};

constexpr NormShape kNorms[] = {
    {"unet/64", 2, 64, 320}, {"unet/16", 2, 16, 1280},   {"vae/512", 1, 512, 128},
    {"vae/64", 1, 64, 512},  {"box_unet/16", 2, 16, 64}, {"box_vae/128", 1, 128, 16},
};

// What every benchmark needs.
struct Bench {
  explicit Bench(int threads)
      : context(threads), backend(make_cpu_backend(context)), peak_flops(measure_peak_flops(threads)) {}

  Tensor normal(Shape shape, float scale) {
    Tensor t = Tensor::zeros(shape);
    std::normal_distribution<float> distribution(0, scale);
    for (float& x : t.values()) x = distribution(random);
    return t;
  }
  Weight weight(Shape shape) {
    const Tensor values = normal(shape, 0.05f);
    return stored == DType::f32 ? Weight::of("w", values) : Weight::of("w", values, stored);
  }

  DType stored = DType::f32;  // the weights' type in their file
  std::mt19937 random{1};
  Context context;
  std::unique_ptr<Backend> backend;
  double peak_flops;
};

// Runs `call` once to let it pack its weights, then as often as Google Benchmark wants.
template <typename Call>
void measure(benchmark::State& state, const Bench& bench, double flop, Call call) {
  benchmark::DoNotOptimize(call());
  for (auto _ : state) benchmark::DoNotOptimize(call());
  if (flop == 0) return;
  const auto rate = benchmark::Counter::kIsIterationInvariantRate;
  state.counters["GFLOP"] = benchmark::Counter(flop / 1e9, rate);
  state.counters["of_peak"] = benchmark::Counter(flop / bench.peak_flops, rate);
}

void conv2d(benchmark::State& state, Bench& bench, const ConvShape& s) {
  const Conv2dSpec spec{
      .in_channels = s.in, .out_channels = s.out, .stride = s.stride, .pad_before = s.stride == 2 ? 0 : 1};
  const Conv2d layer(*bench.backend, spec, bench.weight({s.out, s.in, 3, 3}), bench.weight({s.out}));
  const Tensor x = bench.normal({s.batch, s.size, s.size, s.in}, 1);
  const int64_t outputs = s.batch * spec.output_extent(s.size) * spec.output_extent(s.size) * s.out;
  measure(state, bench, 2.0 * static_cast<double>(outputs * s.in * 9), [&] { return layer(x); });
}

void linear(benchmark::State& state, Bench& bench, const LinearShape& s) {
  const Linear layer(*bench.backend, {s.in, s.out}, bench.weight({s.out, s.in}), bench.weight({s.out}));
  const Tensor x = bench.normal({s.rows, s.in}, 1);
  measure(state, bench, 2.0 * static_cast<double>(s.rows * s.in * s.out), [&] { return layer(x); });
}

void attend(benchmark::State& state, Bench& bench, const AttentionCase& s) {
  const Tensor q = bench.normal({s.batch, s.queries, s.heads * s.width}, 1);
  const Tensor k = bench.normal({s.batch, s.keys, s.heads * s.width}, 1);
  const Tensor v = bench.normal({s.batch, s.keys, s.heads * s.width}, 1);
  measure(state, bench, 4.0 * static_cast<double>(q.elements() * s.keys),
          [&] { return attention(*bench.backend, q, k, v, s.heads, s.is_causal); });
}

void group_norm(benchmark::State& state, Bench& bench, const NormShape& s) {
  const GroupNorm layer(*bench.backend, s.channels, s.channels < 32 ? 4 : 32, 1e-5f, bench.weight({s.channels}),
                        bench.weight({s.channels}));
  const Tensor x = bench.normal({s.batch, s.size, s.size, s.channels}, 1);
  measure(state, bench, 0, [&] { return layer(x, Activation::silu); });
  state.SetBytesProcessed(state.iterations() * 3 * x.elements() * static_cast<int64_t>(sizeof(float)));
}

template <typename Cases, typename Run>
void add(Bench& bench, const char* op, const Cases& cases, Run run) {
  for (const auto& shape : cases) {
    benchmark::RegisterBenchmark((std::string(op) + "/" + shape.name).c_str(),
                                 [&bench, &shape, run](auto& state) { run(state, bench, shape); })
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
  }
}

}  // namespace
}  // namespace redraw

int main(int argc, char** argv) {
  using namespace redraw;
  benchmark::Initialize(&argc, argv);
  const int threads = argc > 1 ? std::atoi(argv[1]) : static_cast<int>(std::thread::hardware_concurrency());
  const std::string stored = argc > 2 ? argv[2] : "f32";
  if (argc > 3 || threads < 1 || (stored != "f32" && stored != "f16" && stored != "bf16")) return EXIT_FAILURE;
  Bench bench(threads);
  if (stored != "f32") bench.stored = stored == "f16" ? DType::f16 : DType::bf16;
  benchmark::AddCustomContext("kernels", std::string(bench.backend->name()));
  benchmark::AddCustomContext("weights", stored);
  benchmark::AddCustomContext("threads", std::to_string(threads));
  benchmark::AddCustomContext("peak_gflops", std::to_string(bench.peak_flops / 1e9));
  add(bench, "conv2d", kConvolutions, conv2d);
  add(bench, "linear", kLinears, linear);
  add(bench, "attention", kAttentions, attend);
  add(bench, "group_norm", kNorms, group_norm);
  benchmark::RunSpecifiedBenchmarks();
  return EXIT_SUCCESS;
}
