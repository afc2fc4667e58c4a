#include "checkpoint/key_rows.h"

namespace redraw {

void KeyRows::weight_and_bias(const ModuleName& module, const Shape& weight, const Shape& bias) {
  add({.name = module.diffusers + ".weight", .ldm_name = module.ldm + ".weight", .shape = weight, .ldm_shape = weight});
  add({.name = module.diffusers + ".bias", .ldm_name = module.ldm + ".bias", .shape = bias, .ldm_shape = bias});
}

void KeyRows::linear_without_bias(const ModuleName& module, int64_t in, int64_t out) {
  add({.name = module.diffusers + ".weight",
       .ldm_name = module.ldm + ".weight",
       .shape = {out, in},
       .ldm_shape = {out, in}});
}

}  // namespace redraw
