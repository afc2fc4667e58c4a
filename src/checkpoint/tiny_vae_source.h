// A tiny autoencoder (TAESD), found in a weights file. Internal to checkpoint.
#pragma once

#include <memory>
#include <optional>

#include "base/json.h"
#include "checkpoint/part_source.h"
#include "models/tiny_autoencoder_config.h"
#include "weights/weights_file.h"

namespace redraw {

struct TinyVaeSource {
  PartSource source;  ///< its keys are set, for the halves that are there; parameters in diffusers' names
  TinyAutoencoderConfig config;
  bool has_encoder = false;  ///< there is always a decoder
};

/// Whether a config.json says that it is of a tiny autoencoder.
bool is_tiny_autoencoder(const JsonObject& config);

/// Nothing when no tensor is one of a tiny autoencoder. Knows diffusers' names, and the original ones of taesd_decoder
/// and taesd_encoder: by themselves, or both in one file after "decoder." and "encoder." or "taesd_decoder." and
/// "taesd_encoder.". stated: its config.json. Null: its configuration is told from the shapes, with the published
/// numbers of blocks.
/// Throws Error: tensor_unexpected naming a tensor that the architecture does not have, because such a variant would
/// give other pictures; model_part_missing for an encoder alone; model_unsupported for shapes that no tiny autoencoder
/// has; those of parse_tiny_autoencoder_config.
std::optional<TinyVaeSource> find_tiny_vae(const std::shared_ptr<const WeightsFile>& file, const JsonObject* stated);

}  // namespace redraw
