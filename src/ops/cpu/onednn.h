// The two oneDNN primitives that redraw uses, behind one interface for oneDNN 2.x and 3.x.
#pragma once

#include <dnnl.hpp>

#include "ops/backend.h"
#include "ops/cpu/row_bands.h"

namespace redraw::onednn {

/// Whether this convolution should take its source and destination in blocks of 16 channels. The reason is precision.
/// Channels-last, oneDNN 2.6 adds all in_channels * 9 products of a 3x3 convolution in one chain of float32. Its rms
/// error relative to the exact sum grows with the channels: 2.9e-7 at 32, 6e-7 at 128, 1.1e-6 to 1.8e-6 at 1280. Its
/// AVX-512 kernels for blocks sum each block of 16 input channels separately: 2.0e-7 to 2.7e-7 at any number. Blocks
/// cost 0 to 6 % of the time, converting the maps included. Its kernels for older processors make one chain even over
/// blocks of 8. There we have our own (kernels_conv.cpp).
bool wants_blocks(const Conv2dSpec& spec);

struct ConvolutionShape {
  int64_t batch;
  int64_t width;  ///< of the input
  cpu::RowBand band;
  bool blocked;  ///< source and destination; otherwise both are channels-last
  bool has_bias;
  bool accumulate;
};

/// The weights in the layout that the implementation prefers.
dnnl::convolution_forward::primitive_desc convolution(const dnnl::engine& engine, const Conv2dSpec& spec,
                                                      const ConvolutionShape& shape);

/// [rows, in] x [in, out], with the weights in the layout that the implementation prefers.
dnnl::matmul::primitive_desc matmul(const dnnl::engine& engine, const LinearSpec& spec, int64_t rows, bool has_bias,
                                    bool accumulate);

}  // namespace redraw::onednn
