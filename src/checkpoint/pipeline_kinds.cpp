#include "checkpoint/pipeline_kinds.h"

#include <algorithm>
#include <array>

#include "checkpoint/kind_words.h"
#include "models/known_kinds.h"

namespace redraw {
namespace {

// Classes that begin with another row's come before it.
constexpr auto kOtherPipelines = std::to_array<PipelineKind>({
    {"LatentConsistencyModel", kLatentConsistency, ""},
    {"Flux2", kFlux2, ""},
    {"Flux", kFlux, ""},
    {"Chroma", kChroma, ""},
    {"StableDiffusion3", kSd3, ""},
    {"AuraFlow", kAura, ""},
    {"QwenImage", kQwen, ""},
    {"ZImage", kZImage, ""},
    {"Lumina", kLumina, ""},
    {"HunyuanDiT", kHunyuanDit, ""},
    {"HunyuanVideo", kHunyuanVideo, ""},
    {"HunyuanSkyreels", kHunyuanVideo, ""},
    {"PixArt", kPixArt, ""},
    {"Sana", kSana, ""},
    {"HiDream", kHiDream, ""},
    {"StableCascade", kCascade, ""},
    {"Wuerstchen", kCascade, ""},
    {"Kandinsky", "Kandinsky, which redraw does not support", ""},
    {"Kolors", kKolors, ""},
    {"IF", kIf, ""},
    {"Wan", kWan, ""},
    {"CogVideoX", kCog, ""},
    {"CogView", "CogView, which redraw does not support", ""},
    {"LTX", kLtx, ""},
    {"Mochi", kMochi, ""},
    {"Cosmos", kCosmos, ""},
    {"StableVideoDiffusion", kSvd, ""},
    {"AnimateDiff", "an AnimateDiff model of moving pictures, which redraw does not support", ""},
    {"TextToVideo", "a model of moving pictures, which redraw does not support", ""},
    {"StableAudio", "a model of sound, which redraw does not support", ""},
    {"AudioLDM", "a model of sound, which redraw does not support", ""},
    {"StableDiffusionDepth2Img",
     "a depth model, which needs an estimate of the picture's depth, which redraw does not support",
     "use the base model"},
    {"StableDiffusionUpscale", "the x4 upscaler of Stable Diffusion, which redraw does not support",
     "use the base model"},
    {"StableDiffusionLatentUpscale", "the latent upscaler of Stable Diffusion, which redraw does not support",
     "use the base model"},
    {"StableUnCLIP", "an unCLIP model, which takes a picture's CLIP features and which redraw does not support",
     "use the base model"},
    {"UnCLIP", "an unCLIP model, which redraw does not support", ""},
    {"StableDiffusionControlNet", "Stable Diffusion with a ControlNet, which redraw does not support",
     "use the base model"},
    {"StableDiffusionXLControlNet", "SDXL with a ControlNet, which redraw does not support", "use the base model"},
    {"StableDiffusionAdapter", "Stable Diffusion with a T2I-Adapter, which redraw does not support",
     "use the base model"},
    {"StableDiffusionXLAdapter", "SDXL with a T2I-Adapter, which redraw does not support", "use the base model"},
    {"StableDiffusionGLIGEN", "a GLIGEN model, whose boxes redraw does not support", "use the base model"},
    {"StableDiffusionImageVariation",
     "a model of variations of pictures, which takes CLIP features and which redraw does not support", ""},
    {"PaintByExample", "Paint by Example, which takes CLIP features of a picture and which redraw does not support",
     ""},
    {"VersatileDiffusion", "Versatile Diffusion, which redraw does not support", ""},
    {"AltDiffusion", "AltDiffusion, whose text encoder (XLM-RoBERTa) redraw does not support", ""},
    {"Marigold", "Marigold, which estimates depth and makes no pictures", ""},
    {"DDPM", "a model without prompts, which redraw does not support", ""},
    {"DDIM", "a model without prompts, which redraw does not support", ""},
    {"ConsistencyModel", "a consistency model of pixels, which redraw does not support", ""},
    {"DiT", "DiT, a model of classes without prompts, which redraw does not support", ""},
    {"LDMTextToImage", "latent diffusion from before Stable Diffusion, which redraw does not support", ""},
});

}  // namespace

std::span<const PipelineKind> pipeline_kinds() {
  return kOtherPipelines;
}

const PipelineKind* pipeline_kind(std::string_view class_name) {
  const auto row =
      std::ranges::find_if(kOtherPipelines, [&](const auto& kind) { return class_name.starts_with(kind.start); });
  return row == kOtherPipelines.end() ? nullptr : &*row;
}

}  // namespace redraw
