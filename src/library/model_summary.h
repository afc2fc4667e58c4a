// A short description of a model, for a list of models.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "checkpoint/checkpoint.h"

namespace redraw {

struct ModelSummary {
  std::string format = {};           ///< of the weights: "safetensors", ...
  std::string family = {};           ///< "Stable Diffusion 1", "Stable Diffusion XL", ...
  std::string prediction_type = {};  ///< "epsilon", "v_prediction", "sample"
  uint64_t bytes = 0;                ///< of the files that the model uses
};

/// Checks that everything a run needs is there: the configurations, the lists of tensors, the tokenizers. It reads no
/// weights. Throws Error saying why the model cannot be run: those of Checkpoint::open, require_runnable and
/// read_model_defaults.
ModelSummary summarise_model(const std::filesystem::path& path, const CheckpointOptions& options = {});

}  // namespace redraw
