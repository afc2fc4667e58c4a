// What a model is, in the few words that a list of models has room for.
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

/// Looks for everything that a run needs: the configurations, the lists of tensors, the tokenizers; and reads none of
/// the numbers. Throws Error saying why it cannot be run: those of Checkpoint::open, require_runnable and
/// read_model_defaults.
ModelSummary summarise_model(const std::filesystem::path& path, const CheckpointOptions& options = {});

}  // namespace redraw
