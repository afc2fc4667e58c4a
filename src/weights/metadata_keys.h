// Keys of a weights file's metadata whose values decide something.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace redraw {

/// ModelSpec's (Stability AI): "v" or "epsilon".
inline constexpr std::string_view kPredictionKey = "modelspec.prediction_type";
/// After how many steps of training the file was saved, as a .ckpt says it.
inline constexpr std::string_view kTrainingStepKey = "global_step";
/// Redraw's own: {"scheduler": {"beta_start": 0.001}, "vae": {...}}, what tensors and marks cannot say.
inline constexpr std::string_view kKeptConfigsKey = "redraw.configs";
/// Redraw's own: the text of a redraw.json.
inline constexpr std::string_view kDefaultsKey = "redraw.defaults";

/// Readers keep the values of these whatever else there is, and refuse a file whose value they cannot keep.
inline constexpr auto kUsedMetadataKeys =
    std::to_array<std::string_view>({kPredictionKey, kTrainingStepKey, kKeptConfigsKey, kDefaultsKey});

inline bool is_used_metadata_key(std::string_view key) {
  return std::ranges::find(kUsedMetadataKeys, key) != kUsedMetadataKeys.end();
}

}  // namespace redraw
