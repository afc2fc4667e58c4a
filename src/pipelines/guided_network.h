// The denoising network with classifier-free guidance, as samplers call it.
#pragma once

#include "diffusion/sampler.h"
#include "models/unet.h"

namespace redraw {

/// unconditional + cfg_scale * (conditional - unconditional) (Ho and Salimans 2022). Both halves run as one batch, the
/// unconditional one first; without a negative context there is only the conditional one.
class GuidedNetwork {
 public:
  /// context and negative_context: [1, tokens, width]; the second may be empty. latent_shape: [1, h, w, channels].
  /// wrap: of the network's convolutions. What is constant over the steps is computed here, once. unet must outlive
  /// the object.
  GuidedNetwork(const UNet& unet, const Tensor& context, const Tensor& negative_context, double cfg_scale,
                const Shape& latent_shape, WrapAxes wrap = {});

  /// x and output: latent_shape's elements.
  void operator()(const NetworkCall& call) const;

 private:
  const UNet& unet_;
  float cfg_scale_;
  Shape batch_shape_;
  UNet::Prepared prepared_;
};

}  // namespace redraw
