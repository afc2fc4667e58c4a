#include "ops/profile.h"

namespace redraw {

std::string_view op_kind_name(OpKind kind) {
  constexpr std::array<std::string_view, kOpKinds> kNames = {"conv2d",     "linear",     "attention", "group_norm",
                                                             "layer_norm", "activation", "resample",  "embedding"};
  return kNames[static_cast<size_t>(kind)];
}

}  // namespace redraw
