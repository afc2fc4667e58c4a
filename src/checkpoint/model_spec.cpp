#include "checkpoint/model_spec.h"

#include <algorithm>
#include <array>

#include "base/error.h"

namespace redraw {
namespace {

// Pipelines whose parts and conditioning are those of text-to-image Stable Diffusion 1 and 2.
constexpr std::array<std::string_view, 3> kPipelines = {"StableDiffusionPipeline", "StableDiffusionImg2ImgPipeline",
                                                        "StableDiffusionInpaintPipelineLegacy"};

void check_together(const ModelSpec& spec, const std::string& where) {
  const auto require = [&](bool holds, const std::string& what) {
    if (!holds) throw Error(Code::model_unsupported, where + ": " + what);
  };
  require(spec.unet.cross_attention_dim == spec.text_encoder.hidden_size,
          "the UNet expects text features of width " + std::to_string(spec.unet.cross_attention_dim) +
              ", the text encoder makes " + std::to_string(spec.text_encoder.hidden_size));
  require(spec.unet.in_channels == spec.vae.latent_channels,
          "the UNet takes " + std::to_string(spec.unet.in_channels) + " channels, the autoencoder has " +
              std::to_string(spec.vae.latent_channels) + "; inpainting and depth models are not supported");
  require(spec.unet.out_channels == spec.vae.latent_channels, "the UNet's outputs do not have the latents' channels");
  require(!spec.unet.has_added_conditions(), "the UNet wants the added conditions of SDXL, which is not supported yet");
  require(spec.vae.downscale() == 8, "the autoencoder reduces pictures by " + std::to_string(spec.vae.downscale()) +
                                         "; only a factor of 8 is supported");
}

}  // namespace

ModelSpec read_model_spec(const DiffusersFolder& folder) {
  const std::string where = folder.root().string();
  const std::string& pipeline = folder.pipeline_class();
  if (std::find(kPipelines.begin(), kPipelines.end(), pipeline) == kPipelines.end()) {
    throw Error(Code::model_unsupported,
                where + ": is a '" + pipeline + "'; redraw runs Stable Diffusion 1 and 2 (StableDiffusionPipeline)");
  }
  ModelSpec spec{.name = std::filesystem::absolute(folder.root()).lexically_normal().filename().string(),
                 .family = pipeline,
                 .text_encoder = parse_clip_text_config(folder.config("text_encoder")),
                 .unet = parse_unet_config(folder.config("unet")),
                 .vae = parse_vae_config(folder.config("vae")),
                 .scheduler = parse_scheduler_config(folder.config("scheduler"))};
  // diffusers' Stable Diffusion pipelines (0.42.1, __init__) overrule two fields of old or incomplete files: their
  // timesteps begin at 1, and nothing is clipped. Samplers by themselves would take both from the file.
  spec.scheduler.steps_offset = 1;
  spec.scheduler.clip_sample = false;
  check_together(spec, where);
  return spec;
}

}  // namespace redraw
