// What the network of a single file was trained to predict. Internal to checkpoint.
#pragma once

#include <string>
#include <string_view>

#include "checkpoint/family.h"
#include "checkpoint/part_tensors.h"

namespace redraw {

struct Prediction {
  std::string type;          ///< "epsilon" or "v_prediction"
  std::string decided_by;    ///< for people: what said so
  bool is_zero_snr = false;  ///< the file says that its betas are rescaled to zero terminal SNR
};

/// The first that says something of: the user (`asked`); a .yaml of the same name beside the file ("parameterization:
/// v", as AUTOMATIC1111's web UI reads it); the file's ModelSpec metadata; the marker tensors "v_pred" and "ztsnr"
/// (ComfyUI's); for SD 2, whose shapes do not tell, the training step in the file (875000 is the 512 px base model,
/// which predicts the noise; diffusers' rule), then the spread of a bias that grows with v-prediction (ComfyUI's rule:
/// above 0.09); else the family's usual epsilon.
/// Throws Error(unknown_name) for another `asked`, and Error(model_unsupported) for EDM models ("edm_mean").
Prediction decide_prediction(const WeightsFile& file, const PartTensors& unet, Family family, std::string_view asked);

}  // namespace redraw
