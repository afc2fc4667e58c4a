// What a model is, decided once when it is opened.
#pragma once

#include <filesystem>
#include <string>

#include "diffusion/scheduler_config.h"
#include "models/clip_text.h"
#include "models/unet_config.h"
#include "models/vae.h"
#include "weights/diffusers_folder.h"

namespace redraw {

/// Everything that the configurations of a model folder say, checked and agreeing with each other.
struct ModelSpec {
  std::string name;    ///< the folder's, for people
  std::string family;  ///< the pipeline class of model_index.json
  ClipTextConfig text_encoder;
  UNetConfig unet;
  VaeConfig vae;
  SchedulerConfig scheduler;

  /// Side in pixels of the pictures the model was trained on.
  int64_t native_side() const { return unet.sample_size * vae.downscale(); }
};

/// Reads model_index.json and the config.json of every part. Throws the errors of DiffusersFolder and of the parsers,
/// and Error(model_unsupported) for pipelines that are not Stable Diffusion 1 or 2, or whose parts do not fit together.
ModelSpec read_model_spec(const DiffusersFolder& folder);

}  // namespace redraw
