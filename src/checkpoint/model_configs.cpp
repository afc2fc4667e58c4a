#include "checkpoint/model_configs.h"

#include <array>

#include "base/error.h"

namespace redraw {

const JsonObject& ModelConfigs::part(std::string_view name) const {
  const auto it = parts.find(name);
  if (it != parts.end()) return it->second;
  throw Error(Code::model_part_missing,
              "the model has no " + std::string(name) + (name == "vae" ? "; give an autoencoder with --vae" : ""));
}

bool read_part(const std::string& part, bool is_vae_given, const std::function<void()>& read) {
  try {
    read();
    return true;
  } catch (const Error& e) {
    if (part != "vae" || e.code() != Code::model_part_missing) throw;
    if (is_vae_given) return false;
    throw Error(e.code(), std::string(e.what()) + ", or give an autoencoder with --vae");
  }
}

ModelConfigs read_model_configs(const DiffusersFolder& folder, bool is_vae_given) {
  ModelConfigs configs;
  configs.pipeline_class = folder.pipeline_class();
  for (const char* part : {"unet", "vae", "text_encoder", "text_encoder_2", "scheduler"}) {
    if (!folder.has(part)) continue;
    read_part(part, is_vae_given, [&] { configs.parts.emplace(part, folder.config(part)); });
  }
  JsonObject index = JsonObject::read(folder.root() / "model_index.json", FileOf::model);
  configs.force_zeros_for_empty_prompt = index.boolean("force_zeros_for_empty_prompt", true);
  if (index.boolean("is_cosxl_edit", false)) {
    throw Error(Code::model_unsupported, folder.root().string() +
                                             ": is CosXL Edit, with noise levels and a picture's scale of its own, "
                                             "which redraw does not support; use an InstructPix2Pix model");
  }
  configs.index = std::move(index);
  return configs;
}

}  // namespace redraw
