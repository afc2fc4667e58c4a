// How the names of weights files end.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace redraw {

struct WeightsEnding {
  std::string_view ending;
  bool means_weights = true;  ///< false: files of other programs end so too
};
/// The order in which a file is looked for whose ending is not known. What a file is, open_weights tells by its bytes.
inline constexpr auto kWeightsEndings =
    std::to_array<WeightsEnding>({{".safetensors"}, {".pth"}, {".pt"}, {".ckpt"}, {".bin", false}, {".gguf"}});

/// ending: with its dot, as std::filesystem::path::extension gives it.
inline bool is_weights_ending(std::string_view ending) {
  return std::ranges::find(kWeightsEndings, ending, &WeightsEnding::ending) != kWeightsEndings.end();
}

}  // namespace redraw
