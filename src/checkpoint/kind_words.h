// What other models than Stable Diffusion are called in a refusal. Internal to checkpoint.
#pragma once

#include <string>
#include <string_view>

namespace redraw {

/// "a FLUX model, which redraw does not support; ...": what a thing is, with what to do. then: empty where there is
/// nothing but taking a Stable Diffusion model.
std::string kind_sentence(std::string_view what, std::string_view then);

// Kinds that are known by their tensors and by their pipeline's class.
inline constexpr std::string_view kSvd =
    "Stable Video Diffusion, which makes moving pictures and which redraw does not support";
inline constexpr std::string_view kHunyuanVideo =
    "HunyuanVideo, which makes moving pictures and which redraw does not support";
inline constexpr std::string_view kWan = "Wan, which makes moving pictures and which redraw does not support";
inline constexpr std::string_view kCog = "CogVideoX, which makes moving pictures and which redraw does not support";
inline constexpr std::string_view kLtx = "LTX-Video, which makes moving pictures and which redraw does not support";
inline constexpr std::string_view kMochi = "Mochi, which makes moving pictures and which redraw does not support";
inline constexpr std::string_view kCosmos = "Cosmos, which redraw does not support";
inline constexpr std::string_view kChroma = "a Chroma model (of FLUX's kind), which redraw does not support";
inline constexpr std::string_view kFlux2 = "a FLUX.2 model, which redraw does not support";
inline constexpr std::string_view kFlux = "a FLUX model, which redraw does not support";
inline constexpr std::string_view kSd3 = "a Stable Diffusion 3 model (SD3, MMDiT), which redraw does not support";
inline constexpr std::string_view kAura = "an AuraFlow model, which redraw does not support";
inline constexpr std::string_view kQwen = "a Qwen-Image model, which redraw does not support";
inline constexpr std::string_view kZImage = "a Z-Image model, which redraw does not support";
inline constexpr std::string_view kLumina = "a Lumina model, which redraw does not support";
inline constexpr std::string_view kHunyuanDit = "a Hunyuan-DiT model, which redraw does not support";
inline constexpr std::string_view kPixArt = "a PixArt model, which redraw does not support";
inline constexpr std::string_view kSana = "a Sana model, which redraw does not support";
inline constexpr std::string_view kHiDream = "a HiDream model, which redraw does not support";
inline constexpr std::string_view kCascade = "Stable Cascade (Wuerstchen), which redraw does not support";
inline constexpr std::string_view kKolors = "Kolors, whose prompts go through ChatGLM, which redraw does not support";
inline constexpr std::string_view kIf = "a DeepFloyd IF model, which redraw does not support";

}  // namespace redraw
