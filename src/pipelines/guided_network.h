// The denoising network with classifier-free guidance, as samplers call it.
#pragma once

#include <optional>
#include <vector>

#include "diffusion/sampler.h"
#include "models/unet.h"
#include "ops/wrap_axes.h"

namespace redraw {

/// unconditional + scale * (conditional - unconditional) (Ho and Salimans 2022). Both halves run as one batch, the
/// unconditional one first; where the scale is 1 or less, or there is no negative context, only the conditional one
/// runs.
/// One row each: context [1, tokens, width], pooled [1, width] or empty (see UNetConditions). An empty negative
/// context: there is no guidance. time_ids are the same for both.
struct NetworkConditions {
  Tensor context;
  Tensor pooled = {};
  Tensor negative_context = {};
  Tensor negative_pooled = {};
  std::vector<float> time_ids = {};
  WrapAxes wrap = {};  ///< axes on which the convolutions wrap around, for pictures that tile
};

class GuidedNetwork {
 public:
  /// What the two halves are told, one row each. What is constant over the steps is computed once. unet must outlive
  /// the object.
  GuidedNetwork(const UNet& unet, NetworkConditions conditions, const Shape& latent_shape);

  /// Of the calls that follow. rescale: 0..1, see cfg_rescale.h.
  void set_guidance(double scale, double rescale);

  /// x and output: latent_shape's elements. A call that asks for the unconditional half gets both, whatever the scale.
  void operator()(const NetworkCall& call);

  /// How many rows the network has computed: one for each half of each call.
  int64_t rows() const { return rows_; }

 private:
  const UNet::Prepared& prepared(bool both);

  const UNet& unet_;
  NetworkConditions conditions_;
  Shape latent_shape_;
  float scale_ = 1.0f;
  double rescale_ = 0.0;
  int64_t rows_ = 0;
  std::optional<UNet::Prepared> prompt_alone_;
  std::optional<UNet::Prepared> both_;
};

}  // namespace redraw
