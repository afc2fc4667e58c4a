// The tensors of a network in both layouts that Stable Diffusion comes in.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/clip_text.h"
#include "models/unet_config.h"
#include "models/vae.h"
#include "tensor/shape.h"

namespace redraw {

/// What turns the tensor of a single file (LDM's layout) into diffusers'.
enum class KeyChange {
  none,       ///< the same numbers; the shape may be another (a 1x1 convolution is a linear layer)
  transpose,  ///< [a, b] -> [b, a]
  third,      ///< rows third * n .. third * n + n - 1 of the single file's 3n rows: one of q, k, v
};

/// One tensor: a row of a network's table.
struct KeyRow {
  std::string name;      ///< diffusers' and transformers' name, within the part's own file
  std::string ldm_name;  ///< name in a single file (CompVis' and Stability's), after the part's prefix
  Shape shape;           ///< as diffusers stores it
  Shape ldm_shape;       ///< as the single file stores it
  KeyChange change = KeyChange::none;
  int64_t third = 0;          ///< 0, 1, 2 for q, k, v
  std::string old_name = {};  ///< what diffusers called it before 0.14, if it was another
  bool is_optional = false;   ///< files have it or not, and the network does not need it; converting keeps it
};

/// Every tensor of a network, in the order of the single file's modules. Sources: the state dictionaries of CompVis
/// stable-diffusion, Stability's generative-models and open_clip against those of diffusers 0.42.1 and transformers
/// 5.23. is_linear_projection: the transformers' proj_in and proj_out are linear layers (SD 2 and XL), not 1x1
/// convolutions.
std::vector<KeyRow> unet_keys(const UNetConfig& config, bool is_linear_projection);
std::vector<KeyRow> vae_keys(const VaeConfig& config);
/// CLIP ViT-L, which the single file holds in transformers' own names.
std::vector<KeyRow> clip_keys(const ClipTextConfig& config);
/// open_clip's text towers, with the query, key and value projections fused. stored_layers: how many layers files
/// store. In SD 2 that is one more than config uses: it takes the output of the last but one. Layers beyond the used
/// ones are optional, and so is a projection that config does not use.
std::vector<KeyRow> open_clip_keys(const ClipTextConfig& config, int64_t stored_layers);

}  // namespace redraw
