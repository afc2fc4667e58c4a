// The denoising network with classifier-free guidance, as samplers call it.
#pragma once

#include <optional>

#include "diffusion/sampler.h"
#include "models/unet.h"
#include "ops/wrap_axes.h"

namespace redraw {

/// unconditional + scale * (conditional - unconditional) (Ho and Salimans 2022). Both halves run as one batch, the
/// unconditional one first; where the scale is 1 or less, or there is no negative context, only the conditional one
/// runs.
class GuidedNetwork {
 public:
  /// context and negative_context: [1, tokens, width]; the second may be empty. latent_shape: [1, h, w, channels].
  /// wrap: the axes on which the convolutions wrap around, for pictures that tile. What is constant over the steps is
  /// computed once. unet must outlive the object.
  GuidedNetwork(const UNet& unet, const Tensor& context, const Tensor& negative_context, const Shape& latent_shape,
                WrapAxes wrap = {});

  /// Of the calls that follow. rescale: 0..1, see cfg_rescale.h.
  void set_guidance(double scale, double rescale);

  /// x and output: latent_shape's elements. A call that asks for the unconditional half gets both, whatever the scale.
  void operator()(const NetworkCall& call);

  /// How many rows the network has computed: one for each half of each call.
  int64_t rows() const { return rows_; }

 private:
  const UNet::Prepared& prepared(bool both);

  const UNet& unet_;
  Tensor context_;
  Tensor negative_context_;
  Shape latent_shape_;
  WrapAxes wrap_;
  float scale_ = 1.0f;
  double rescale_ = 0.0;
  int64_t rows_ = 0;
  std::optional<UNet::Prepared> prompt_alone_;
  std::optional<UNet::Prepared> both_;
};

}  // namespace redraw
