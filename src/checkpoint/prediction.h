// What the network of a single file was trained to predict. Internal to checkpoint.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoint/family.h"
#include "checkpoint/kept_configs.h"
#include "checkpoint/part_tensors.h"

namespace redraw {

struct Prediction {
  std::string type;                     ///< "epsilon" or "v_prediction"
  std::string decided_by;               ///< for people: what said so
  bool is_zero_snr = false;             ///< the file says that its betas are rescaled to zero terminal SNR
  std::vector<std::string> marks = {};  ///< marker tensors whose word was taken
};

// Marker tensors, empty and named at the file's root. The published SDXL models with v-prediction hold them
// (NoobAI-XL), and ComfyUI and AUTOMATIC1111's web UI read them of SDXL.
inline constexpr std::string_view kVelocityMark = "v_pred";  ///< the network predicts the velocity
inline constexpr std::string_view kZeroSnrMark = "ztsnr";    ///< the betas are rescaled to zero terminal SNR

/// The word of kPredictionKey for a type; nothing for "sample", which ModelSpec has no word for.
std::optional<std::string> prediction_in_metadata(std::string_view type);

/// Where the .yaml of a single file would lie: beside it, with its name.
std::filesystem::path yaml_beside(const std::filesystem::path& file);

/// The first of these that says something decides:
/// - the user (`asked`);
/// - a .yaml of the same name beside the file ("parameterization: v", as AUTOMATIC1111's web UI reads it);
/// - redraw's own metadata (`kept`), then the file's ModelSpec metadata;
/// - the marker tensors;
/// - for SD 2, whose shapes do not tell: the training step in the file (875000 is the 512 px base model, which predicts
/// the noise; diffusers' rule), then the spread of a bias that grows with v-prediction (ComfyUI's rule: above 0.09);
/// - the family's usual epsilon.
/// Throws Error(unknown_name) for another `asked`, and Error(model_unsupported) for EDM models ("edm_mean",
/// "edm_vpred.sigma_max").
Prediction decide_prediction(const WeightsFile& file, const PartTensors& unet, Family family, std::string_view asked,
                             const KeptConfigs& kept);

}  // namespace redraw
