// An autoencoder by itself, in place of a model's own. Internal to checkpoint.
#pragma once

#include <filesystem>

#include "checkpoint/part_source.h"

namespace redraw {

struct VaeSource {
  PartSource source;
  JsonObject config;  ///< as vae/config.json
};

/// path: a weights file in either layout, with or without the prefix that whole checkpoints use; a folder of diffusers'
/// AutoencoderKL; or a whole diffusers model, whose autoencoder is taken. model: the configuration of the autoencoder
/// that it replaces, whose scaling_factor it keeps where it states none of its own; may be null.
/// Throws Error: model_unsupported when there is no autoencoder there; those of open_weights and DiffusersFolder.
VaeSource open_vae(const std::filesystem::path& path, const JsonObject* model);

}  // namespace redraw
