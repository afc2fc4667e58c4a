#include "checkpoint/model_spec.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "checkpoint/kind_words.h"
#include "checkpoint/pipeline_kinds.h"

namespace redraw {
namespace {

// Pipelines whose parts and conditioning are those of Stable Diffusion.
constexpr std::array<std::string_view, 9> kPipelines = {"StableDiffusionPipeline",
                                                        "StableDiffusionImg2ImgPipeline",
                                                        "StableDiffusionInpaintPipelineLegacy",
                                                        "StableDiffusionInpaintPipeline",
                                                        "StableDiffusionXLPipeline",
                                                        "StableDiffusionXLImg2ImgPipeline",
                                                        "StableDiffusionXLInpaintPipeline",
                                                        "StableDiffusionInstructPix2PixPipeline",
                                                        "StableDiffusionXLInstructPix2PixPipeline"};

void check_pipeline(const std::string& pipeline, const std::string& where) {
  if (std::find(kPipelines.begin(), kPipelines.end(), pipeline) != kPipelines.end()) return;
  if (const PipelineKind* kind = pipeline_kind(pipeline)) {
    throw Error(Code::model_unsupported,
                where + ": is " + kind_sentence(kind->what, kind->then) + " (" + pipeline + ")");
  }
  throw Error(Code::model_unsupported, where + ": is a '" + pipeline +
                                           "'; redraw runs Stable Diffusion 1, 2 and XL (StableDiffusionPipeline, "
                                           "StableDiffusionXLPipeline)");
}

// SD 1 has OpenAI's CLIP, whose activation is an approximation that OpenCLIP, in SD 2, does not use.
Family family_of(const ModelSpec& spec) {
  if (spec.pipeline_class.find("XL") != std::string::npos) {
    return spec.text_encoder ? Family::sdxl : Family::sdxl_refiner;
  }
  return spec.text_encoder && spec.text_encoder->hidden_act == Activation::quick_gelu ? Family::sd1 : Family::sd2;
}

UNetInput input_of(const ModelSpec& spec, const std::string& where) {
  const int64_t latent = spec.vae.latent_channels;
  if (spec.unet.in_channels == latent) return UNetInput::latent;
  if (spec.unet.in_channels == 2 * latent + 1) return UNetInput::inpainting;
  if (spec.unet.in_channels == 2 * latent) return UNetInput::instruction;
  throw Error(Code::model_unsupported, where + ": the UNet takes " + std::to_string(spec.unet.in_channels) +
                                           " channels, the autoencoder has " + std::to_string(latent) +
                                           "; base, inpainting and InstructPix2Pix models are known");
}

void check_together(const ModelSpec& spec, const std::string& where) {
  const auto require = [&](bool holds, const std::string& what) {
    if (!holds) throw Error(Code::model_unsupported, where + ": " + what);
  };
  const int64_t first = spec.text_encoder ? spec.text_encoder->hidden_size : 0;
  const int64_t second = spec.text_encoder_2 ? spec.text_encoder_2->hidden_size : 0;
  require(spec.unet.cross_attention_dim == first + second,
          "the UNet expects text features of width " + std::to_string(spec.unet.cross_attention_dim) +
              ", the text encoders make " + std::to_string(first + second));
  require(spec.unet.out_channels == spec.vae.latent_channels, "the UNet's outputs do not have the latents' channels");
  require(spec.vae.downscale() == 8, "the autoencoder reduces pictures by " + std::to_string(spec.vae.downscale()) +
                                         "; only a factor of 8 is supported");
  require(spec.unet.has_added_conditions() == spec.text_encoder_2.has_value(),
          "the UNet's added conditions and a second text encoder go together, and one of them is missing");
  if (!spec.text_encoder_2) return;
  const int64_t sizes = spec.family == Family::sdxl ? 6 : 5;
  require(spec.text_encoder_2->projection_dim > 0, "the second text encoder has no projection, which SDXL needs");
  require(spec.text_encoder_2->projection_dim + sizes * spec.unet.addition_time_embed_dim ==
              spec.unet.projection_class_embeddings_input_dim,
          "the UNet expects added conditions of width " +
              std::to_string(spec.unet.projection_class_embeddings_input_dim) + ", which the pooled text of " +
              std::to_string(spec.text_encoder_2->projection_dim) + " and " + std::to_string(sizes) +
              " sizes do not make");
}

}  // namespace

ModelSpec make_model_spec(const ModelConfigs& configs, std::string name, const std::string& where) {
  check_pipeline(configs.pipeline_class, where);
  ModelSpec spec{.name = std::move(name),
                 .pipeline_class = configs.pipeline_class,
                 .text_encoder = {},
                 .text_encoder_2 = {},
                 .unet = parse_unet_config(configs.part("unet")),
                 .vae = parse_vae_config(configs.part("vae")),
                 .scheduler = parse_scheduler_config(configs.part("scheduler"))};
  const bool is_xl = spec.pipeline_class.find("XL") != std::string::npos;
  if (configs.has("text_encoder") || !is_xl) spec.text_encoder = parse_clip_text_config(configs.part("text_encoder"));
  if (is_xl) spec.text_encoder_2 = parse_clip_text_config(configs.part("text_encoder_2"));
  spec.force_zeros_for_empty_prompt = is_xl && configs.force_zeros_for_empty_prompt;
  if (!is_xl) {
    // diffusers' Stable Diffusion pipelines (0.42.1, __init__) overrule two fields of old or incomplete files: their
    // timesteps begin at 1, and nothing is clipped. Samplers by themselves would take both from the file.
    spec.scheduler.steps_offset = 1;
    spec.scheduler.clip_sample = false;
  }
  spec.family = family_of(spec);
  spec.input = input_of(spec, where);
  check_together(spec, where);
  return spec;
}

bool means_the_same(ModelSpec a, ModelSpec b) {
  for (ModelSpec* spec : {&a, &b}) {
    spec->name.clear();
    spec->pipeline_class.clear();  // what of it matters is the family and the network's input
  }
  return a == b;
}

}  // namespace redraw
