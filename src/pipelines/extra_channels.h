// What networks take besides the noisy latent (ModelSpec::input), found for a run.
#pragma once

#include "checkpoint/model_spec.h"
#include "diffusion/sampler.h"
#include "pipelines/autoencoder.h"

namespace redraw {

/// Throws Error(usage) where a model cannot do what is asked of it: one that edits a picture without a picture, or with
/// a sampler that knows one kind of guidance.
void check_model_input(const ModelSpec& model, bool has_picture, const SamplerInfo& sampler);

/// The picture whose posterior the network sees; empty for a model that takes nothing else.
/// Inpainting (diffusers 0.42.1, StableDiffusionInpaintPipeline, everything to be painted): one whose pixels are all
/// masked, mid grey. Instruction (StableDiffusionInstructPix2PixPipeline): the run's own.
enum class SeenPicture { none, grey, own };
SeenPicture seen_picture(const ModelSpec& model);

/// [1, height, width, channels] in latent pixels. Inpainting: mask 1, and the scaled mean of the grey picture's
/// posterior; diffusers draws from it. Instruction: the mean of the picture's posterior, unscaled.
Tensor extra_channels(const ModelSpec& model, const EncodedPicture& picture);

}  // namespace redraw
