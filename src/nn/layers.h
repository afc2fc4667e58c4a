// Layers of ops, bound to the weights at a place in a model.
#pragma once

#include "nn/parameters.h"
#include "ops/conv2d.h"
#include "ops/linear.h"
#include "ops/norm.h"

namespace redraw::nn {

/// "weight" and, if the file has it, "bias".
Conv2d conv2d(Backend& backend, const Parameters& p, const Conv2dSpec& spec);
/// 3x3 with padding 1.
Conv2d conv3x3(Backend& backend, const Parameters& p, int64_t in_channels, int64_t out_channels, int64_t stride = 1);
/// Also takes the weight of a 1x1 convolution.
Linear linear(Backend& backend, const Parameters& p, int64_t in_features, int64_t out_features);
GroupNorm group_norm(Backend& backend, const Parameters& p, int64_t channels, int64_t groups, float epsilon);
LayerNorm layer_norm(Backend& backend, const Parameters& p, int64_t channels, float epsilon);

}  // namespace redraw::nn
