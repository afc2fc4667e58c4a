#include "nn/layers.h"

namespace redraw::nn {

Conv2d conv2d(Backend& backend, const Parameters& p, const Conv2dSpec& spec) {
  return {backend, spec, p.get("weight"), p.find("bias")};
}

Conv2d conv3x3(Backend& backend, const Parameters& p, int64_t in_channels, int64_t out_channels, int64_t stride) {
  return conv2d(backend, p, {.in_channels = in_channels, .out_channels = out_channels, .kernel = 3, .stride = stride});
}

Linear linear(Backend& backend, const Parameters& p, int64_t in_features, int64_t out_features) {
  return {backend, {.in_features = in_features, .out_features = out_features}, p.get("weight"), p.find("bias")};
}

GroupNorm group_norm(Backend& backend, const Parameters& p, int64_t channels, int64_t groups, float epsilon) {
  return {backend, channels, groups, epsilon, p.get("weight"), p.get("bias")};
}

LayerNorm layer_norm(Backend& backend, const Parameters& p, int64_t channels, float epsilon) {
  return {backend, channels, epsilon, p.get("weight"), p.get("bias")};
}

}  // namespace redraw::nn
