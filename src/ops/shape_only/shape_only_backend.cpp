#include <algorithm>

#include "ops/backend.h"

namespace redraw {
namespace {

class ShapeOnlyBackend final : public Backend {
 public:
  explicit ShapeOnlyBackend(const Context& context) : Backend(context) {}

  std::string_view name() const override { return "shape only"; }

  std::unique_ptr<PackedWeights> pack_conv2d(const Conv2dSpec&, Weight, Weight) override {
    return std::make_unique<PackedWeights>();
  }
  std::unique_ptr<PackedWeights> pack_linear(const LinearSpec&, Weight, Weight) override {
    return std::make_unique<PackedWeights>();
  }

  void conv2d(const Conv2dSpec&, PackedWeights&, const Tensor&, bool, Tensor&) override {}
  void linear(const LinearSpec&, PackedWeights&, const Tensor&, bool, Tensor&) override {}
  void geglu(const Tensor&, Tensor&) override {}
  void group_norm(const GroupNormArgs&, Tensor&) override {}
  void layer_norm(const Tensor&, const Tensor&, const Tensor&, float, Tensor&) override {}
  void softmax(const Tensor&, Tensor&) override {}
  void activate(const Tensor&, Activation, Tensor&) override {}
  void attention(const AttentionArgs&, Tensor&) override {}
  void upsample_nearest(const Tensor&, Tensor&) override {}
  void concat_channels(const Tensor&, const Tensor&, Tensor&) override {}
};

}  // namespace

std::unique_ptr<Backend> make_shape_only_backend(const Context& context) {
  return std::make_unique<ShapeOnlyBackend>(context);
}

}  // namespace redraw
