#include "pipelines/extra_channels.h"

#include <algorithm>
#include <string>

#include "base/error.h"

namespace redraw {
namespace {

Tensor all_masked(const VaeConfig& vae, const Tensor& latent) {
  const int64_t height = latent.dim(1), width = latent.dim(2);
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
                                 " model, which edits a picture; use img2img and give it a picture");
  }
  if (sampler.needs_unconditional) {
    throw Error(Code::usage, "sampler " + std::string(sampler.name) + " supports guidance only by a prompt, but " +
                                 model.name + " is also guided by its picture; choose another sampler");
  }
}

SeenPicture seen_picture(const ModelSpec& model) {
  switch (model.input) {
    case UNetInput::latent:
      return SeenPicture::none;
    case UNetInput::inpainting:
      return SeenPicture::grey;
    case UNetInput::instruction:
      return SeenPicture::own;
  }
  return SeenPicture::none;
}

Tensor extra_channels(const ModelSpec& model, const EncodedPicture& picture) {
  return seen_picture(model) == SeenPicture::grey ? all_masked(model.vae, picture.mean) : picture.mean;
}

}  // namespace redraw
