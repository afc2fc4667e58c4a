// Encodes the pictures of a run, or finds them encoded.
#pragma once

#include <memory>
#include <optional>

#include "pipelines/generate_events.h"
#include "pipelines/generate_request.h"
#include "pipelines/stable_diffusion.h"

namespace redraw {

struct PicturesForRun {
  std::shared_ptr<const EncodedPicture> start;  ///< null if the run starts from noise alone
  Tensor extra_channels;                        ///< see extra_channels.h; empty for most models
  Tensor first_pass_extra_channels;             ///< of HiresFix
  bool is_reused = false;                       ///< there was something to encode, and the cache had all of it
  double seconds = 0;                           ///< of the phase
};
/// Runs the encode phase, if there is something to encode. The encoder is loaded only if the cache lacks a picture.
/// Throws as StableDiffusion::picture_encoder and require_posterior.
PicturesForRun encode_pictures(const StableDiffusion& model, const GenerateRequest& request, const GeneratePlan& plan,
                               const GenerateEvents& events);

}  // namespace redraw
