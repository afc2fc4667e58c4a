// What networks take besides the noisy latent (ModelSpec::input), found for a run.
#pragma once

#include "diffusion/sampler.h"
#include "pipelines/stable_diffusion.h"

namespace redraw {

/// Throws Error(usage) where a model cannot do what is asked of it: one that edits a picture without a picture, or with
/// a sampler that knows one kind of guidance.
void check_model_input(const ModelSpec& model, bool has_picture, const SamplerInfo& sampler);

/// [1, height, width, channels] in latent pixels, or empty for a model that takes nothing else. picture: 8 times that
/// size; may be null but for models that edit one.
/// Inpainting (diffusers 0.42.1, StableDiffusionInpaintPipeline, everything to be painted): mask 1, and the scaled
/// latent of a picture whose pixels are all masked, mid grey. Its posterior's mean; diffusers draws from it.
/// Instruction (StableDiffusionInstructPix2PixPipeline): the mean of the picture's posterior, unscaled.
Tensor extra_channels(StableDiffusion& model, const Image* picture, int64_t height, int64_t width, WrapAxes wrap);

}  // namespace redraw
