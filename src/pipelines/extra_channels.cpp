#include "pipelines/extra_channels.h"

#include <algorithm>
#include <string>

#include "base/error.h"

namespace redraw {
namespace {

Tensor all_masked(StableDiffusion& model, int64_t height, int64_t width, WrapAxes wrap) {
  const VaeConfig& vae = model.spec().vae;
  const Tensor grey = Tensor::zeros({1, height * vae.downscale(), width * vae.downscale(), 3});
  const Tensor latent = model.encode_pixels(grey, wrap).mean;
  const auto factor = static_cast<float>(vae.scaling_factor);
  Tensor channels = Tensor::zeros({1, height, width, 1 + vae.latent_channels});
  const float* in = latent.data();
  float* out = channels.data();
  for (int64_t pixel = 0; pixel < height * width; ++pixel) {
    *out++ = 1.0f;  // the mask: to be painted
    out = std::transform(in, in + vae.latent_channels, out, [factor](float x) { return x * factor; });
    in += vae.latent_channels;
  }
  return channels;
}

}  // namespace

void check_model_input(const ModelSpec& model, bool has_picture, const SamplerInfo& sampler) {
  if (!model.edits_picture()) return;
  if (!has_picture) {
    throw Error(Code::usage, model.name + ": is an " + std::string(name_of(model.input)) +
                                 " model, which edits a picture as the prompt tells it; give one, with img2img");
  }
  if (sampler.needs_unconditional) {
    throw Error(Code::usage, "sampler " + std::string(sampler.name) + " is for guidance by a prompt alone; " +
                                 model.name + " is guided by its picture as well, so take another sampler");
  }
}

Tensor extra_channels(StableDiffusion& model, const Image* picture, int64_t height, int64_t width, WrapAxes wrap) {
  switch (model.spec().input) {
    case UNetInput::latent:
      return {};
    case UNetInput::inpainting:
      return all_masked(model, height, width, wrap);
    case UNetInput::instruction:
      return model.encode_image(*picture, wrap).mean;
  }
  return {};
}

}  // namespace redraw
