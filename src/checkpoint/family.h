// The families of Stable Diffusion, and what their networks take besides the noisy latent.
#pragma once

#include <string_view>

namespace redraw {

enum class Family { sd1, sd2, sdxl, sdxl_refiner };

/// What stands beside the latent in the channels that go into the network.
enum class UNetInput {
  latent,       ///< nothing
  inpainting,   ///< a mask and the masked picture's latent: 9 channels
  instruction,  ///< the original picture's latent: 8 channels (InstructPix2Pix, Brooks et al. 2023)
};

/// "Stable Diffusion 1", "Stable Diffusion XL refiner", ...
std::string_view name_of(Family family);
/// "base", "inpainting", "InstructPix2Pix"
std::string_view name_of(UNetInput input);

}  // namespace redraw
