#include "engine/model_choice.h"

#include "diffusion/sampler.h"
#include "pipelines/guidance.h"

namespace redraw {

ChosenModel model_choice(const Request& request, const std::filesystem::path& models_root,
                         const std::filesystem::path& data_folder) {
  return choose_model(request, models_root, data_folder);
}

ModelDefaults model_defaults(ModelDefaults defaults, const ChosenModel& choice, const ModelSpec& spec) {
  const SamplerInfo* own = sampler_of_class(spec.scheduler.class_name);
  if (own != nullptr) defaults.emplace("sampler", std::string(own->name));  // redraw.json goes before it
  if (spec.edits_picture()) {
    defaults.emplace("strength", 1.0);
    defaults.emplace("image_cfg_scale", Guidance{}.picture_scale);
  }
  const auto keep = [&](const char* field, const std::string& value) {
    if (!value.empty()) defaults.emplace(field, value);
  };
  keep("vae", choice.options.vae.string());
  keep("prediction", choice.options.prediction);
  keep("model_config", choice.options.configs.string());
  return defaults;
}

}  // namespace redraw
