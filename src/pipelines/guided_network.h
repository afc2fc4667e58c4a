// The denoising network with classifier-free guidance, as samplers call it.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "diffusion/sampler.h"
#include "models/unet.h"
#include "ops/wrap_axes.h"

namespace redraw {

/// unconditional + scale * (conditional - unconditional) (Ho and Salimans 2022). Both run as one batch, the
/// unconditional one first. Only the conditional one runs if the scale is 1 or less, or if there is no negative
/// context.
/// A network that edits a picture is guided twice (Brooks et al. 2023, equation 3; diffusers 0.42.1,
/// StableDiffusionInstructPix2PixPipeline): neither + scale * (both - picture alone) + picture_scale * (picture alone -
/// neither). Its batch starts with a third row, which sees neither prompt nor picture.
/// With several pictures, all rows of the first kind come first, then all of the second, as in diffusers. The pictures
/// share their conditions. One row each: context [1, tokens, width], pooled [1, width] or empty (see UNetConditions).
/// An empty negative context means no guidance. time_ids are the same for all.
struct NetworkConditions {
  Tensor context;
  Tensor pooled = {};
  Tensor negative_context = {};
  Tensor negative_pooled = {};
  std::vector<float> time_ids = {};
  /// [1, h, w, c], appended to the latent's channels in the network's input, and never scaled; or empty.
  Tensor extra_channels = {};
  bool guides_by_picture = false;  ///< extra_channels are a picture, and guidance has a row with zeros instead
  WrapAxes wrap = {};              ///< axes on which the convolutions wrap, for pictures that tile
};

class GuidedNetwork {
 public:
  /// Sets the conditions of the rows. What is constant over the steps is computed once. unet must outlive the object.
  /// latent_shape: [pictures, h, w, c].
  GuidedNetwork(const UNet& unet, NetworkConditions conditions, const Shape& latent_shape);

  /// Sets the scales of the calls that follow. rescale: 0..1, see cfg_rescale.h. picture_scale: see NetworkConditions.
  void set_guidance(double scale, double rescale, double picture_scale = 1.0);

  /// x and output: latent_shape's elements. A call that asks for the unconditional rows gets them at any scale.
  void operator()(const NetworkCall& call);

  /// How many rows the network has computed: one, two or three for each picture and call.
  int64_t rows() const { return rows_; }

 private:
  /// The conditions of one kind of row. Each picture has one row of each kind.
  struct Row {
    bool has_prompt;    ///< the context, not the negative one
    bool has_channels;  ///< the extra channels, not zeros
  };
  std::span<const Row> rows_of(const NetworkCall& call) const;
  const UNet::Prepared& prepared(std::span<const Row> rows);
  Tensor input_of(std::span<const float> x, std::span<const Row> rows) const;
  void guide(std::span<const std::span<const float>> rows, std::span<float> output) const;

  static constexpr Row kUnguided[] = {{.has_prompt = true, .has_channels = true}};
  static constexpr Row kGuided[] = {{.has_prompt = false, .has_channels = true},
                                    {.has_prompt = true, .has_channels = true}};
  static constexpr Row kGuidedByPicture[] = {{.has_prompt = false, .has_channels = false},
                                             {.has_prompt = false, .has_channels = true},
                                             {.has_prompt = true, .has_channels = true}};

  const UNet& unet_;
  NetworkConditions conditions_;
  Shape latent_shape_;
  int64_t pictures_;
  float scale_ = 1.0f;
  float picture_scale_ = 1.0f;
  double rescale_ = 0.0;
  int64_t rows_ = 0;
  std::optional<UNet::Prepared> unguided_;
  std::optional<UNet::Prepared> guided_;
};

}  // namespace redraw
