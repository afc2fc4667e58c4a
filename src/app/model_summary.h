// What a model is, in the few words that a list of models has room for.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace redraw {

struct ModelSummary {
  std::string format = {};           ///< of the weights: "safetensors", ...
  std::string family = {};           ///< "Stable Diffusion 1", "Stable Diffusion XL", ...
  std::string prediction_type = {};  ///< "epsilon", "v_prediction", "sample"
  uint64_t bytes = 0;                ///< of the files that the model uses
};

/// Reads the configurations and the lists of tensors, and none of the numbers. Throws Error saying why it is no model
/// that redraw knows: those of Checkpoint::open.
ModelSummary summarise_model(const std::filesystem::path& path);

}  // namespace redraw
