// A model as a folder in the layout of diffusers' save_pretrained: model_index.json and a folder for each part.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "weights/weights_file.h"

namespace redraw {

/// One part of the pipeline, as model_index.json lists it.
struct ModelPart {
  std::string name;              ///< "unet", "vae", "text_encoder", "scheduler", ...: letters, digits and _ only
  std::string class_name;        ///< "UNet2DConditionModel"
  std::filesystem::path folder;  ///< root / name
};

class DiffusersFolder {
 public:
  /// Reads model_index.json (diffusers 0.21 to 0.42 write it alike). The parts' folders are looked at when they are
  /// asked for, since a pipeline may list parts that nobody needs. Throws Error: file_not_found; model_not_a_folder
  /// (a file, or a folder without model_index.json); json_ codes; model_unsupported (a part's name is no plain name).
  static DiffusersFolder open(const std::filesystem::path& root);

  const std::filesystem::path& root() const { return root_; }
  /// "StableDiffusionPipeline", "StableDiffusionXLPipeline", ...
  const std::string& pipeline_class() const { return pipeline_class_; }
  /// In the order of the names.
  std::span<const ModelPart> parts() const { return parts_; }

  /// True when the part is listed with a class; [null, null] means that the model has none.
  bool has(std::string_view name) const;
  /// Throws Error(model_part_missing) naming the part, its folder and what should be there.
  const ModelPart& part(std::string_view name) const;
  /// The part's configuration: config.json, scheduler_config.json for a scheduler, tokenizer_config.json for a
  /// tokenizer. Throws Error: model_part_missing, json_ codes.
  JsonObject config(std::string_view name) const;
  /// The file or index that weights() opens; nothing where there is none. Throws Error(model_part_missing) as part().
  std::optional<std::filesystem::path> weights_path(std::string_view name) const;
  /// The part's weights, model.safetensors of a text encoder and diffusion_pytorch_model.safetensors otherwise, or the
  /// shards, variant or pickles that are there instead (find_part_weights chooses, the result's path() says which).
  /// Throws Error: model_part_missing; those of open_weights.
  std::shared_ptr<const WeightsFile> weights(std::string_view name) const;

 private:
  DiffusersFolder() = default;

  std::filesystem::path root_;
  std::string pipeline_class_;
  std::vector<ModelPart> parts_;
};

}  // namespace redraw
