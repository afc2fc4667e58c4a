// The latents before the first step of a pass.
#pragma once

#include <span>
#include <vector>

#include "checkpoint/model_spec.h"
#include "diffusion/run_plan.h"
#include "pipelines/autoencoder.h"
#include "pipelines/batch_noise.h"

namespace redraw {

/// The clean latents of the picture to start from, one for each picture of the batch: its posterior's mean, or a draw
/// from it for each, scaled; a tiny autoencoder's only one.
std::vector<float> clean_latents(const ModelSpec& model, const EncodedPicture& picture, bool draws_from_posterior,
                                 const LatentShape& shape, BatchNoise& noise);

/// Noise alone where `clean` is empty, else those latents noised to the level at which the pass begins.
std::vector<float> start_latents(const RunPlan& plan, const LatentShape& shape, std::span<const float> clean,
                                 BatchNoise& noise);

}  // namespace redraw
