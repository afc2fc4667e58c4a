// What a model is, in the few words that a list of models has room for.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace redraw {

struct ModelSummary {
  std::string format = {};           ///< of the weights: "safetensors", ...
  std::string family = {};           ///< "StableDiffusionPipeline"; "unknown" where the file does not say
  std::string prediction_type = {};  ///< "epsilon", "v_prediction", "sample"; empty where the file does not say
  uint64_t bytes = 0;                ///< of the files that the model uses
};

/// Reads the configurations and the lists of tensors, and none of the numbers. Throws Error saying why it is no model
/// that redraw knows: those of DiffusersFolder, read_model_spec and open_weights.
ModelSummary summarise_model(const std::filesystem::path& path);

}  // namespace redraw
