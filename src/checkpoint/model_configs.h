// The configurations of a model's parts, wherever they come from.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/json.h"
#include "weights/diffusers_folder.h"

namespace redraw {

/// What model_index.json and the config.json of every part say. A single file, which has no such files, gets the ones
/// that a diffusers folder of the same model would have.
struct ModelConfigs {
  std::string pipeline_class;                            ///< "StableDiffusionPipeline"
  std::map<std::string, JsonObject, std::less<>> parts;  ///< "unet", "vae", "scheduler", "text_encoder", ...
  bool force_zeros_for_empty_prompt = false;             ///< StableDiffusionXLPipeline's setting
  JsonObject index = JsonObject::parse("{}", "");        ///< model_index.json itself; of a single file: its settings

  bool has(std::string_view part) const { return parts.find(part) != parts.end(); }
  /// Throws Error(model_part_missing).
  const JsonObject& part(std::string_view name) const;
};

/// Those of a folder, for the parts that Stable Diffusion has. is_vae_given: another autoencoder takes the place of the
/// folder's, which may be missing. Throws the errors of DiffusersFolder.
ModelConfigs read_model_configs(const DiffusersFolder& folder, bool is_vae_given = false);

/// Calls `read` for a part of a folder, and returns false where the part is missing and is_vae_given makes up for it.
/// Throws what `read` throws; of a missing autoencoder the message says that one can be given.
bool read_part(const std::string& part, bool is_vae_given, const std::function<void()>& read);

}  // namespace redraw
