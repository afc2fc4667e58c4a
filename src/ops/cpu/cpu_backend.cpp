#include "ops/cpu/cpu_backend.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <exception>
#include <map>
#include <omp.h>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ops/cpu/onednn.h"
#include "ops/nearest_source.h"

namespace redraw {
namespace {

using CallKey = std::array<int64_t, 8>;

// Below this many floating-point operations one thread is used. Splitting the work and joining again costs some
// microseconds, as much as it saves. On a busy machine it costs much more: each join waits for a thread that was
// preempted. docs/performance.md has the figures.
constexpr double kSerialOperations = 4e6;

// The cost of one element in the kernels that are not products, in floating-point operations of equal duration.
constexpr double kElementwiseOperations = 16;

// Calls work(0) ... work(count - 1) on all threads. If any call throws, one of the exceptions is rethrown after all
// have ended. Throws Cancelled as soon as the run is cancelled.
template <typename Work>
void in_parallel(const Backend& backend, int64_t count, const Work& work) {
  std::exception_ptr failure;
#pragma omp parallel for schedule(dynamic) if (count > 1)
  for (int64_t i = 0; i < count; ++i) {
    try {
      backend.stop_if_cancelled();
      work(i);
    } catch (...) {
#pragma omp critical(redraw_in_parallel)
      failure = std::current_exception();
    }
  }
  if (failure) std::rethrow_exception(failure);
}

// All of a weight's numbers. A large weight is read and widened on all threads, because model files allow that.
void read_numbers(const Backend& backend, const Weight& weight, Tensor& numbers) {
  constexpr int64_t kPiece = int64_t{1} << 18;
  const int64_t count = numbers.elements();
  in_parallel(backend, (count + kPiece - 1) / kPiece, [&](int64_t piece) {
    const int64_t first = piece * kPiece;
    weight.read(first, {numbers.data() + first, static_cast<size_t>(std::min(kPiece, count - first))});
  });
}

bool is_backend_cancelled(const void* backend) {
  return static_cast<const Backend*>(backend)->is_cancelled();
}

double elementwise(const Tensor& t) {
  return kElementwiseOperations * static_cast<double>(t.elements());
}

}  // namespace

// A primitive and what is needed to call it, created once for each input shape.
struct CpuBackend::Call {
  template <typename Primitive, typename PrimitiveDesc>
  static Call of(const PrimitiveDesc& desc) {
    return {Primitive(desc),  desc.src_desc(), desc.weights_desc(),
            desc.bias_desc(), desc.dst_desc(), desc.scratchpad_desc()};
  }

  dnnl::primitive primitive;
  dnnl::memory::desc source, weights, bias, destination, scratchpad;
};

// The weights of one layer. They are read and packed at the first call, when oneDNN's layout is known. So loading a
// model only opens a file, and a run never reads parts that it does not need.
class CpuBackend::Packed final : public PackedWeights {
 public:
  Packed(Weight weight, const Weight& bias, const dnnl::memory::desc& plain)
      : weight_(std::move(weight)), plain_(plain), bias_(bias ? bias.load() : Tensor()) {}

  // The call for an input of this key: its extents and whatever else the primitive depends on. `make` creates it the
  // first time.
  template <typename Make>
  const Call& call(const CallKey& key, Make make) {
    const auto found = calls_.find(key);
    return found != calls_.end() ? found->second : calls_.emplace(key, make()).first->second;
  }

  bool has_bias() const { return static_cast<bool>(bias_); }
  float* bias() { return bias_.data(); }

  // The weights in the layout `wanted`. Another input size may want another layout. Then the numbers are read and
  // packed again, and the older form is dropped. Sizes change rarely, and memory is worth more.
  const Tensor& packed(const dnnl::memory::desc& wanted, CpuBackend& backend) {
    if (packed_ && layout_ == wanted) return packed_;
    packed_ = {};
    Tensor numbers(backend.pool(), weight_.shape);
    read_numbers(backend, weight_, numbers);
    if (wanted == plain_) {
      packed_ = numbers;
    } else {
      Tensor packed(backend.pool(), {static_cast<int64_t>((wanted.get_size() + sizeof(float) - 1) / sizeof(float))});
      dnnl::memory from(plain_, backend.engine_, numbers.data());
      dnnl::memory to(wanted, backend.engine_, packed.data());
      dnnl::reorder(from, to).execute(backend.stream_, from, to);
      packed_ = std::move(packed);
    }
    layout_ = wanted;
    return packed_;
  }

 private:
  Weight weight_;
  dnnl::memory::desc plain_;
  Tensor bias_;
  Tensor packed_;
  dnnl::memory::desc layout_;
  std::map<CallKey, Call> calls_;
};

// A convolution's or linear layer's weights for our own kernels. They are read and packed at the first call, in the
// file's precision. Their layout is always the same.
class CpuBackend::Panels final : public PackedWeights {
 public:
  // kernel: 1 for a linear layer
  Panels(Weight weight, const Weight& bias, int64_t kernel)
      : weight_(std::move(weight)), bias_(bias ? bias.load() : Tensor()), kernel_(kernel) {
    if (weight_.stored && kernel <= cpu::kMostNarrowKernel) type_ = weight_type(weight_.stored->dtype);
  }

  const float* bias() const { return bias_ ? bias_.data() : nullptr; }

  cpu::WeightPanels packed(CpuBackend& backend) {
    if (!packed_) packed_ = pack(backend);
    return {.numbers = packed_.get(), .type = type_};
  }

 private:
  static cpu::WeightType weight_type(DType stored) {
    if (stored == DType::f16) return cpu::WeightType::f16;
    if (stored == DType::bf16) return cpu::WeightType::bf16;
    return cpu::WeightType::f32;
  }

  // One thread packs a lot of panels at a time, so that the plain numbers stay in the cache.
  std::shared_ptr<std::byte> pack(CpuBackend& backend) const {
    const cpu::Kernels& kernels = backend.kernels_;
    constexpr int64_t kLotBytes = 256 << 10;  // read at once, at least
    const int64_t size = cpu::bytes_of(type_);
    const int64_t out = weight_.shape[0], in = weight_.shape[1];
    const int64_t channel_bytes = in * kernel_ * kernel_ * size;
    const int64_t panel = kernels.panel_channels();
    const int64_t lot = (kLotBytes / (panel * std::max<int64_t>(channel_bytes, 1)) + 1) * panel;  // channels
    auto packed = backend.pool().allocate(static_cast<size_t>(kernels.panel_numbers(out, in, kernel_) * size));
    in_parallel(backend, (out + lot - 1) / lot, [&](int64_t i) {
      const int64_t begin = i * lot, end = std::min(begin + lot, out);
      // Not from the pool, which would keep it.
      const auto bytes = static_cast<size_t>((end - begin) * channel_bytes);
      const auto plain = std::make_unique_for_overwrite<std::byte[]>(bytes);
      read(begin * in * kernel_ * kernel_, {plain.get(), bytes});
      for (int64_t first = begin; first < end; first += panel) {
        kernels.pack_panel({.numbers = plain.get() + (first - begin) * channel_bytes,
                            .type = type_,
                            .channels = std::min(panel, end - first),
                            .in_channels = in,
                            .kernel = kernel_},
                           packed.get() + kernels.panel_numbers(first, in, kernel_) * size);
      }
    });
    return packed;
  }

  void read(int64_t first, std::span<std::byte> out) const {
    if (type_ == cpu::WeightType::f32) {
      weight_.read(first, {reinterpret_cast<float*>(out.data()), out.size() / sizeof(float)});
    } else {
      weight_.stored->read(first, out);
    }
  }

  Weight weight_;
  Tensor bias_;
  int64_t kernel_;
  cpu::WeightType type_ = cpu::WeightType::f32;
  std::shared_ptr<std::byte> packed_;
};

CpuBackend::CpuBackend(const Context& context, const cpu::Kernels& kernels)
    : Backend(context), engine_(dnnl::engine::kind::cpu, 0), stream_(engine_), kernels_(kernels) {}

CpuBackend::~CpuBackend() = default;

// OpenMP keeps a thread count for each calling thread. A library cannot know which thread calls it next, so every
// operator sets it.
int CpuBackend::use_threads(double operations) const {
  const int threads = operations < kSerialOperations ? 1 : context().threads();
  if (omp_get_max_threads() != threads) omp_set_num_threads(threads);
  return threads;
}

cpu::Interrupt CpuBackend::interrupt() const {
  return {.is_cancelled = is_backend_cancelled, .context = static_cast<const Backend*>(this)};
}

// A single slice is one chain in oneDNN as well.
bool CpuBackend::is_own(const Conv2dSpec& spec) const {
  return kernels_.own_products && spec.kernel > 1 && spec.in_channels > cpu::kConvSlice;
}

std::unique_ptr<PackedWeights> CpuBackend::pack_conv2d(const Conv2dSpec& spec, Weight weight, Weight bias) {
  if (is_own(spec)) return std::make_unique<Panels>(std::move(weight), bias, spec.kernel);
  const dnnl::memory::desc plain({spec.out_channels, spec.in_channels, spec.kernel, spec.kernel},
                                 dnnl::memory::data_type::f32, dnnl::memory::format_tag::oihw);
  return std::make_unique<Packed>(std::move(weight), bias, plain);
}

std::unique_ptr<PackedWeights> CpuBackend::pack_linear(const LinearSpec& spec, Weight weight, Weight bias) {
  if (kernels_.own_products) return std::make_unique<Panels>(std::move(weight), bias, 1);
  // PyTorch keeps [out, in]; read as [in, out] that is the transposed layout "ba".
  const dnnl::memory::desc plain({spec.in_features, spec.out_features}, dnnl::memory::data_type::f32,
                                 dnnl::memory::format_tag::ba);
  return std::make_unique<Packed>(std::move(weight), bias, plain);
}

void CpuBackend::run(Packed& layer, const Call& call, const Tensor& x, Tensor& out) {
  const Tensor& packed = layer.packed(call.weights, *this);
  const Tensor scratch(pool(), {static_cast<int64_t>(call.scratchpad.get_size() / sizeof(float) + 1)});
  std::unordered_map<int, dnnl::memory> arguments{
      {DNNL_ARG_SRC, dnnl::memory(call.source, engine_, const_cast<float*>(x.data()))},
      {DNNL_ARG_WEIGHTS, dnnl::memory(call.weights, engine_, const_cast<float*>(packed.data()))},
      {DNNL_ARG_DST, dnnl::memory(call.destination, engine_, out.data())},
      {DNNL_ARG_SCRATCHPAD, dnnl::memory(call.scratchpad, engine_, const_cast<float*>(scratch.data()))}};
  if (layer.has_bias()) {
    arguments.emplace(DNNL_ARG_BIAS, dnnl::memory(call.bias, engine_, layer.bias()));
  }
  call.primitive.execute(stream_, arguments);
}

void CpuBackend::conv2d(const Conv2dSpec& spec, PackedWeights& weights, const Tensor& x, bool accumulate, Tensor& out) {
  use_threads(2.0 * static_cast<double>(out.elements() * spec.in_channels * spec.kernel * spec.kernel));
  if (is_own(spec)) {
    own_conv2d(spec, static_cast<Panels&>(weights), x, accumulate, out);
    return;
  }
  auto& layer = static_cast<Packed&>(weights);
  const bool blocked_maps = onednn::wants_blocks(spec);
  const auto call = [&](const cpu::RowBand& band, bool sums) -> const Call& {
    const CallKey key{x.dim(0),         x.dim(2),     spec.pad_before, spec.pad_after,
                      band.source_rows, band.pad_top, band.pad_bottom, sums};
    return layer.call(key, [&] {
      return Call::of<dnnl::convolution_forward>(onednn::convolution(engine_, spec,
                                                                     {.batch = x.dim(0),
                                                                      .width = x.dim(2),
                                                                      .band = band,
                                                                      .blocked = blocked_maps,
                                                                      .has_bias = layer.has_bias(),
                                                                      .accumulate = sums}));
    });
  };
  if (!blocked_maps) {
    run(layer, call(cpu::whole_map(spec, x.dim(1)), accumulate), x, out);
    return;
  }
  const int64_t band_rows = cpu::rows_in_a_band(spec, x.shape(), context().threads());
  for (int64_t first = 0; first < out.dim(1); first += band_rows) {
    stop_if_cancelled();
    const cpu::RowBand band = cpu::row_band(spec, x.dim(1), first, band_rows);
    Tensor source(pool(), {x.dim(0), band.source_rows, x.dim(2), x.dim(3)});
    Tensor destination(pool(), {x.dim(0), band.rows, out.dim(2), out.dim(3)});
    const auto blocked = [](const Tensor& map, int64_t first_row, int64_t rows) {
      return cpu::BlockedRows{.batch = map.dim(0),
                              .height = map.dim(1),
                              .width = map.dim(2),
                              .channels = map.dim(3),
                              .first = first_row,
                              .rows = rows};
    };
    kernels_.to_blocked(blocked(x, band.source_first, band.source_rows), x.data(), source.data());
    run(layer, call(band, false), source, destination);
    // The way back adds the residual.
    kernels_.from_blocked(blocked(out, band.first, band.rows), destination.data(), accumulate, out.data());
  }
}

void CpuBackend::own_conv2d(const Conv2dSpec& spec, Panels& layer, const Tensor& x, bool accumulate, Tensor& out) {
  const cpu::WeightPanels packed = layer.packed(*this);
  const int64_t band_rows = cpu::rows_in_a_band(spec, x.shape(), context().threads());
  for (int64_t first = 0; first < out.dim(1); first += band_rows) {
    const int64_t rows = std::min(band_rows, out.dim(1) - first);
    const cpu::ConvCall call{.batch = x.dim(0),
                             .height = x.dim(1),
                             .width = x.dim(2),
                             .in_channels = spec.in_channels,
                             .out_height = out.dim(1),
                             .out_width = out.dim(2),
                             .out_channels = spec.out_channels,
                             .kernel = spec.kernel,
                             .stride = spec.stride,
                             .first = first,
                             .rows = rows,
                             .first_source_row = first * spec.stride - spec.pad_before,
                             .source_rows = (rows - 1) * spec.stride + spec.kernel,
                             .pad_left = spec.pad_before,
                             .source_width = x.dim(2) + spec.pad_before + spec.pad_after};
    Tensor source(pool(), {kernels_.conv_source_floats(call)});
    kernels_.lay_out_conv_source(call, x.data(), source.data());
    kernels_.convolve(call, source.data(), packed, layer.bias(), accumulate, interrupt(), out.data());
    stop_if_cancelled();
  }
}

void CpuBackend::linear(const LinearSpec& spec, PackedWeights& weights, const Tensor& x, bool accumulate, Tensor& out) {
  const int threads = use_threads(2.0 * static_cast<double>(out.elements() * spec.in_features));
  const int64_t rows = x.elements() / spec.in_features;
  if (rows == 0) return;
  if (kernels_.own_products) {
    auto& layer = static_cast<Panels&>(weights);
    const cpu::LinearCall call{.rows = rows, .in_features = spec.in_features, .out_features = spec.out_features};
    Tensor scratch(pool(), {threads * kernels_.linear_scratch_floats(call)});
    kernels_.linear(call, x.data(), layer.packed(*this), layer.bias(), accumulate, scratch.data(), threads, interrupt(),
                    out.data());
    stop_if_cancelled();
    return;
  }
  auto& layer = static_cast<Packed&>(weights);
  const Call& call = layer.call({rows, accumulate}, [&] {
    return Call::of<dnnl::matmul>(onednn::matmul(engine_, spec, rows, layer.has_bias(), accumulate));
  });
  run(layer, call, x, out);
}

void CpuBackend::geglu(const Tensor& x, Tensor& out) {
  use_threads(elementwise(out));
  const int64_t width = out.shape().back();
  kernels_.geglu(x.data(), out.elements() / width, width, out.data());
}

void CpuBackend::group_norm(const GroupNormArgs& args, Tensor& out) {
  use_threads(elementwise(out));
  const int64_t batch = args.x.dim(0);
  const int64_t channels = args.x.shape().back();
  const int64_t positions = args.x.elements() / std::max<int64_t>(1, batch * channels);
  const int64_t shift_stride = args.shift != nullptr && args.shift->dim(0) > 1 ? channels : 0;
  Tensor scratch(pool(), {kernels_.group_norm_scratch_floats(batch, positions, channels)});
  kernels_.group_norm({.x = args.x.data(),
                       .shift = args.shift != nullptr ? args.shift->data() : nullptr,
                       .shift_stride = shift_stride,
                       .weight = args.weight.data(),
                       .bias = args.bias.data(),
                       .batch = batch,
                       .positions = positions,
                       .channels = channels,
                       .groups = args.groups,
                       .epsilon = args.epsilon,
                       .activation = args.activation,
                       .scratch = scratch.data(),
                       .out = out.data()});
}

void CpuBackend::layer_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, float epsilon, Tensor& out) {
  use_threads(elementwise(out));
  const int64_t channels = weight.elements();
  kernels_.layer_norm(x.data(), weight.data(), bias.data(), x.elements() / channels, channels, epsilon, out.data());
}

void CpuBackend::softmax(const Tensor& x, Tensor& out) {
  use_threads(elementwise(out));
  const int64_t width = x.shape().back();
  kernels_.softmax(x.data(), x.elements() / width, width, out.data());
}

void CpuBackend::activate(const Tensor& x, Activation activation, Tensor& out) {
  use_threads(elementwise(out));
  kernels_.activate(x.data(), x.elements(), activation, out.data());
}

void CpuBackend::attention(const AttentionArgs& args, Tensor& out) {
  const int threads = use_threads(4.0 * static_cast<double>(args.q.elements() * args.k.dim(1)));
  const cpu::AttentionShape shape{.batch = args.q.dim(0),
                                  .queries = args.q.dim(1),
                                  .keys = args.k.dim(1),
                                  .heads = args.heads,
                                  .width = args.q.dim(2) / args.heads,
                                  .scale = args.scale,
                                  .is_causal = args.is_causal};
  Tensor scratch(pool(), {kernels_.attention_scratch_floats(shape, threads)});
  kernels_.attention(shape, args.q.data(), args.k.data(), args.v.data(), scratch.data(), threads, interrupt(),
                     out.data());
  stop_if_cancelled();
}

void CpuBackend::upsample_nearest(const Tensor& x, Tensor& out) {
  use_threads(elementwise(out));
  const int64_t rows = out.dim(0) * out.dim(1);
  const int64_t width = out.dim(2);
  const int64_t channels = out.dim(3);
  const float* from = x.data();
  float* to = out.data();
#pragma omp parallel for schedule(static)
  for (int64_t row = 0; row < rows; ++row) {
    const int64_t source_row = row / out.dim(1) * x.dim(1) + nearest_source(row % out.dim(1), x.dim(1), out.dim(1));
    for (int64_t column = 0; column < width; ++column) {
      const int64_t source_column = nearest_source(column, x.dim(2), width);
      std::memcpy(to + (row * width + column) * channels, from + (source_row * x.dim(2) + source_column) * channels,
                  static_cast<size_t>(channels) * sizeof(float));
    }
  }
}

void CpuBackend::concat_channels(const Tensor& a, const Tensor& b, Tensor& out) {
  use_threads(elementwise(out));
  const int64_t in_a = a.shape().back();
  const int64_t in_b = b.shape().back();
  const int64_t rows = in_a + in_b == 0 ? 0 : out.elements() / (in_a + in_b);
  const float* from_a = a.data();
  const float* from_b = b.data();
  float* to = out.data();
#pragma omp parallel for schedule(static)
  for (int64_t row = 0; row < rows; ++row) {
    float* target = to + row * (in_a + in_b);
    std::memcpy(target, from_a + row * in_a, static_cast<size_t>(in_a) * sizeof(float));
    std::memcpy(target + in_a, from_b + row * in_b, static_cast<size_t>(in_b) * sizeof(float));
  }
}

int most_cpu_threads() {
  return omp_get_thread_limit();
}

int64_t packed_bytes_on_cpu(const Shape& shape, DType stored) {
  const cpu::Kernels& kernels = cpu::best_kernels();
  if (!kernels.own_products || shape.rank() < 2) return shape.elements() * 4;
  const bool is_narrow = stored == DType::f16 || stored == DType::bf16;
  const int64_t kernel = shape.rank() == 4 ? shape[2] : 1;
  return kernels.panel_numbers(shape[0], shape[1], kernel) * (is_narrow ? 2 : 4);
}

std::unique_ptr<Backend> make_cpu_backend(const Context& context) {
  return std::make_unique<CpuBackend>(context, cpu::best_kernels());
}

}  // namespace redraw
