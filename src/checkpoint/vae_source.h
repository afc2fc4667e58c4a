// An autoencoder by itself, in place of a model's own. Internal to checkpoint.
#pragma once

#include <filesystem>
#include <optional>

#include "checkpoint/part_source.h"
#include "checkpoint/tiny_vae_source.h"

namespace redraw {

struct VaeSource {
  PartSource source;
  JsonObject config;                       ///< as vae/config.json; of a tiny one: that of the autoencoder it stands for
  std::optional<TinyVaeSource> tiny = {};  ///< a tiny autoencoder; `source` is then its source
  std::filesystem::path other_half = {};   ///< the second file, where a tiny one's halves are in two
};

/// path is one of these:
/// - a weights file in either layout, with or without the prefix that whole checkpoints use;
/// - a folder of diffusers' AutoencoderKL or AutoencoderTiny;
/// - a file of a tiny autoencoder (find_tiny_vae); find_other_half looks for its other half beside it;
/// - a whole diffusers model, whose autoencoder is taken.
/// model: the configuration of the autoencoder that it replaces; may be null. The scaling_factor is taken from there
/// where the new one states none. Throws Error: model_unsupported when there is no autoencoder there; those of
/// open_weights, DiffusersFolder and find_tiny_vae.
VaeSource open_vae(const std::filesystem::path& path, const JsonObject* model);

/// The same places, for a tiny autoencoder only: Error(model_unsupported) when another one is there.
TinyVaeSource open_tiny_vae(const std::filesystem::path& path);

}  // namespace redraw
