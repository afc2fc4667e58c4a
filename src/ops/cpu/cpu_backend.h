// The CPU device: oneDNN for convolution and matrix products, own kernels for the rest.
#pragma once

#include <dnnl.hpp>
#include <memory>

#include "ops/backend.h"
#include "ops/cpu/kernels.h"

namespace redraw {

class CpuBackend final : public Backend {
 public:
  CpuBackend(const Context& context, const cpu::Kernels& kernels);
  ~CpuBackend() override;

  std::string_view name() const override { return kernels_.name; }

  std::unique_ptr<PackedWeights> pack_conv2d(const Conv2dSpec& spec, Weight weight, Weight bias) override;
  std::unique_ptr<PackedWeights> pack_linear(const LinearSpec& spec, Weight weight, Weight bias) override;
  void conv2d(const Conv2dSpec& spec, PackedWeights& weights, const Tensor& x, bool accumulate, Tensor& out) override;
  void linear(const LinearSpec& spec, PackedWeights& weights, const Tensor& x, bool accumulate, Tensor& out) override;
  void geglu(const Tensor& x, Tensor& out) override;
  void group_norm(const GroupNormArgs& args, Tensor& out) override;
  void layer_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, float epsilon, Tensor& out) override;
  void softmax(const Tensor& x, Tensor& out) override;
  void activate(const Tensor& x, Activation activation, Tensor& out) override;
  void attention(const AttentionArgs& args, Tensor& out) override;
  void upsample_nearest(const Tensor& x, Tensor& out) override;
  void concat_channels(const Tensor& a, const Tensor& b, Tensor& out) override;

 private:
  struct Call;
  class Packed;
  class Panels;
  /// Sets how many threads the next kernels use, according to the amount of work, and returns that number.
  int use_threads(double operations) const;
  /// Long kernels ask this.
  cpu::Interrupt interrupt() const;
  /// Whether our own kernels compute this convolution.
  bool is_own(const Conv2dSpec& spec) const;
  void own_conv2d(const Conv2dSpec& spec, Panels& layer, const Tensor& x, bool accumulate, Tensor& out);
  void run(Packed& layer, const Call& call, const Tensor& x, Tensor& out);

  dnnl::engine engine_;
  dnnl::stream stream_;
  const cpu::Kernels& kernels_;
};

}  // namespace redraw
