// What the config.json of a part would say, worked out from its tensors. Internal to checkpoint.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "checkpoint/part_tensors.h"

namespace redraw {

/// diffusers' UNet2DConditionModel from LDM's names. Throws Error(model_unsupported) where the blocks do not form one.
nlohmann::json unet_config_of(const PartTensors& unet, int64_t sample_size);
/// True when the transformers' projections are linear layers.
bool has_linear_projections(const PartTensors& unet);
/// diffusers' AutoencoderKL from LDM's names.
nlohmann::json vae_config_of(const PartTensors& vae, double scaling_factor, int64_t sample_size);
/// The same from diffusers' names.
nlohmann::json diffusers_vae_config_of(const PartTensors& vae, double scaling_factor, int64_t sample_size);
/// transformers' CLIPTextModel from its own names (CLIP ViT-L).
nlohmann::json clip_config_of(const PartTensors& text);
/// The same from open_clip's names; used_layers: of those that are stored.
nlohmann::json open_clip_config_of(const PartTensors& text, int64_t used_layers);
int64_t stored_clip_layers(const PartTensors& text);
int64_t stored_open_clip_layers(const PartTensors& text);

}  // namespace redraw
