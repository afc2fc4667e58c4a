#include "checkpoint/family.h"

namespace redraw {

std::string_view name_of(Family family) {
  constexpr std::string_view kNames[] = {"Stable Diffusion 1", "Stable Diffusion 2", "Stable Diffusion XL",
                                         "Stable Diffusion XL refiner"};
  return kNames[static_cast<size_t>(family)];
}

std::string_view name_of(UNetInput input) {
  constexpr std::string_view kNames[] = {"base", "inpainting", "InstructPix2Pix"};
  return kNames[static_cast<size_t>(input)];
}

}  // namespace redraw
