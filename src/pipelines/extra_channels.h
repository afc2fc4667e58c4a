// The input that some networks take besides the noisy latent (ModelSpec::input), computed for a run.
#pragma once

#include "checkpoint/model_spec.h"
#include "diffusion/sampler.h"
#include "pipelines/autoencoder.h"

namespace redraw {

/// Throws Error(usage) if a model cannot do what is asked. A model that edits a picture needs a picture, and a sampler
/// that supports both kinds of guidance.
void check_model_input(const ModelSpec& model, bool has_picture, const SamplerInfo& sampler);

/// The picture whose posterior the network sees. Empty for a model without extra input. Instruction
/// (StableDiffusionInstructPix2PixPipeline): the run's own picture. Inpainting (diffusers 0.42.1,
/// StableDiffusionInpaintPipeline, everything to be painted): a picture whose pixels are all masked, mid grey.
enum class SeenPicture { none, grey, own };
SeenPicture seen_picture(const ModelSpec& model);

/// [1, height, width, channels] in latent pixels. Inpainting: mask 1, and the scaled mean of the grey picture's
/// posterior. (diffusers draws from the posterior instead.) Instruction: the mean of the picture's posterior, unscaled.
Tensor extra_channels(const ModelSpec& model, const EncodedPicture& picture);

}  // namespace redraw
