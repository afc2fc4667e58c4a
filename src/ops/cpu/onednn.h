// The two oneDNN primitives that redraw uses, behind one face for its 2.x and 3.x interfaces.
#pragma once

#include <dnnl.hpp>

#include "ops/backend.h"

namespace redraw::onednn {

/// How many channels a block of this convolution's source and destination should hold: 16, 8, or 0 for channels-last
/// maps. The reason is precision: channels-last, oneDNN 2.6 adds all in_channels * 9 products of a 3x3 convolution in
/// one chain of float32, so that its rms error relative to the exact sum grows with the channels (2.9e-7 at 32, 6e-7 at
/// 128, 1.1e-6 at 1280), while over blocks it sums each block of 16 input channels by itself (2.1e-7 at any number).
int64_t channel_block(const Conv2dSpec& spec);

/// Source and destination channels-last, or in blocks of `block` channels if that is not 0; the weights in the layout
/// that the implementation likes best.
dnnl::convolution_forward::primitive_desc convolution(const dnnl::engine& engine, const Conv2dSpec& spec,
                                                      const Shape& source, const Shape& destination, bool has_bias,
                                                      bool accumulate, int64_t block);

/// [rows, in] x [in, out], the weights in the layout that the implementation likes best.
dnnl::matmul::primitive_desc matmul(const dnnl::engine& engine, const LinearSpec& spec, int64_t rows, bool has_bias,
                                    bool accumulate);

}  // namespace redraw::onednn
