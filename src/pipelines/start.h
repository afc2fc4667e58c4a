// The latents before the first step of a pass.
#pragma once

#include <span>
#include <vector>

#include "checkpoint/model_spec.h"
#include "diffusion/run_plan.h"
#include "pipelines/autoencoder.h"
#include "pipelines/batch_noise.h"

namespace redraw {

/// The clean latents of the picture to start from, one for each picture of the batch. Each is the posterior's mean or
/// its own draw, scaled. A tiny autoencoder has only one latent.
std::vector<float> clean_latents(const ModelSpec& model, const EncodedPicture& picture, bool draws_from_posterior,
                                 const LatentShape& shape, BatchNoise& noise);

/// Noise alone if `clean` is empty. Otherwise those latents, noised to the level at which the pass begins.
std::vector<float> start_latents(const RunPlan& plan, const LatentShape& shape, std::span<const float> clean,
                                 BatchNoise& noise);

}  // namespace redraw
