// The seam between operators and devices: the operators that a device implements.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "base/cancelled.h"
#include "base/context.h"
#include "ops/activation_kind.h"
#include "ops/profile.h"
#include "ops/weight.h"
#include "redraw/cancellation.h"
#include "tensor/tensor.h"

namespace redraw {

/// A 2-D convolution over channels-last maps: cross-correlation, square kernel, zero padding, as torch.nn.Conv2d.
struct Conv2dSpec {
  int64_t in_channels = 0;
  int64_t out_channels = 0;
  int64_t kernel = 3;
  int64_t stride = 1;
  int64_t pad_before = 1;  ///< rows above and columns left
  int64_t pad_after = 1;   ///< rows below and columns right; the VAE's downsampling pads only there

  /// 0 when the padded extent is smaller than the kernel.
  int64_t output_extent(int64_t extent) const {
    const int64_t room = extent + pad_before + pad_after - kernel;
    return room < 0 ? 0 : room / stride + 1;
  }
};

struct LinearSpec {
  int64_t in_features = 0;
  int64_t out_features = 0;
};

struct GroupNormArgs {
  const Tensor& x;        ///< [N, ..., C]
  const Tensor* shift;    ///< null, or [N or 1, C]: added to x before everything else (the time embedding)
  const Tensor& weight;   ///< [C]
  const Tensor& bias;     ///< [C]
  int64_t groups;         ///< divides C; mean and variance are over C / groups channels and all positions
  float epsilon;          ///< added to the variance
  Activation activation;  ///< applied to the result
};

struct AttentionArgs {
  const Tensor& q;  ///< [N, Tq, heads * width]
  const Tensor& k;  ///< [N, Tk, heads * width]
  const Tensor& v;  ///< [N, Tk, heads * width]
  int64_t heads;
  float scale;     ///< of the scores; 1 / sqrt(width)
  bool is_causal;  ///< token i attends to tokens 0..i; needs Tq == Tk
};

/// A device's own form of one layer's weights.
class PackedWeights {
 public:
  virtual ~PackedWeights() = default;
};

/// The operators as a device implements them. Models call the functions of ops/*.h instead: those check the arguments
/// and allocate the outputs. To add a device, derive from this in a folder of its own (docs/architecture.md). Not safe
/// for use from two threads at once; make one backend a thread.
class Backend {
 public:
  explicit Backend(const Context& context) : context_(context) {}
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;
  virtual ~Backend() = default;

  virtual std::string_view name() const = 0;
  const Context& context() const { return context_; }
  MemoryPool& pool() { return pool_; }
  Profile& profile() { return profile_; }

  /// Every operator begins with this. It asks whether the run was cancelled, and counts the time while the result
  /// lives. `flop`: floating-point operations of this call. Throws Cancelled.
  [[nodiscard]] OpTimer begin(OpKind kind, double flop = 0) {
    stop_if_cancelled();
    return {profile_[kind], flop};
  }
  /// Operators that take long call this some times a second. Throws Cancelled.
  void stop_if_cancelled() const {
    if (is_cancelled()) throw Cancelled();
  }
  bool is_cancelled() const noexcept { return cancellation_.is_cancelled(); }

  /// While it lives, the backend works for one run and asks for that run's cancellation.
  class [[nodiscard]] RunScope {
   public:
    RunScope(Backend& backend, Cancellation cancellation)
        : backend_(backend), before_(std::exchange(backend.cancellation_, std::move(cancellation))) {}
    RunScope(const RunScope&) = delete;
    RunScope& operator=(const RunScope&) = delete;
    ~RunScope() { backend_.cancellation_ = std::move(before_); }

   private:
    Backend& backend_;
    Cancellation before_;
  };

  /// `bias` may be empty. The weight is read now or at first use. It must stay readable while the result lives.
  virtual std::unique_ptr<PackedWeights> pack_conv2d(const Conv2dSpec& spec, Weight weight, Weight bias) = 0;
  virtual std::unique_ptr<PackedWeights> pack_linear(const LinearSpec& spec, Weight weight, Weight bias) = 0;

  /// out [N, H', W', out] = conv(x [N, H, W, in]) + bias (+ out, if accumulate). The paddings may differ from those
  /// that the weights were packed with. A map that wraps comes with its padding laid out, and then they are 0.
  virtual void conv2d(const Conv2dSpec& spec, PackedWeights& weights, const Tensor& x, bool accumulate,
                      Tensor& out) = 0;
  /// out [rows, out] = x [rows, in] * weight^T + bias (+ out, if accumulate).
  virtual void linear(const LinearSpec& spec, PackedWeights& weights, const Tensor& x, bool accumulate,
                      Tensor& out) = 0;
  /// out [..., C] = x[..., :C] * gelu(x[..., C:]), the exact GELU.
  virtual void geglu(const Tensor& x, Tensor& out) = 0;
  virtual void group_norm(const GroupNormArgs& args, Tensor& out) = 0;
  /// Over the last axis.
  virtual void layer_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, float epsilon, Tensor& out) = 0;
  /// Over the last axis.
  virtual void softmax(const Tensor& x, Tensor& out) = 0;
  /// out may be x.
  virtual void activate(const Tensor& x, Activation activation, Tensor& out) = 0;
  virtual void attention(const AttentionArgs& args, Tensor& out) = 0;
  /// [N, H, W, C] -> [N, H', W', C]: row y is row min(floor(y * (H / H')), H - 1), with the ratio in float32.
  virtual void upsample_nearest(const Tensor& x, Tensor& out) = 0;
  /// [..., A], [..., B] -> [..., A + B]
  virtual void concat_channels(const Tensor& a, const Tensor& b, Tensor& out) = 0;

 private:
  const Context& context_;
  Cancellation cancellation_;
  MemoryPool pool_;
  Profile profile_;
};

/// oneDNN and our own kernels, float32. Picks the instruction set of the processor it runs on.
std::unique_ptr<Backend> make_cpu_backend(const Context& context);
/// The most threads it can use in this process: OpenMP's limit (OMP_THREAD_LIMIT). A Context must not have more. oneDNN
/// would give work to the threads beyond the limit, and that work would stay undone.
int most_cpu_threads();
/// Bytes of a convolution's or linear layer's weight, packed by the CPU backend. shape: as PyTorch stores it, [out, in]
/// or [out, in, kh, kw]. stored: its type in the file.
int64_t packed_bytes_on_cpu(const Shape& shape, DType stored);
/// Plain loops in double precision. They are slow; tests compare the other backends with them.
std::unique_ptr<Backend> make_reference_backend(const Context& context);
/// Computes nothing. Its pool shows what networks allocate, and hardly touches that memory. Outputs hold garbage.
std::unique_ptr<Backend> make_shape_only_backend(const Context& context);

}  // namespace redraw
