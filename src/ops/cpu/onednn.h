// The two oneDNN primitives that redraw uses, behind one face for its 2.x and 3.x interfaces.
#pragma once

#include <dnnl.hpp>

#include "ops/backend.h"

namespace redraw::onednn {

/// Channels-last source and destination; the weights in the layout that the implementation likes best.
dnnl::convolution_forward::primitive_desc convolution(const dnnl::engine& engine, const Conv2dSpec& spec,
                                                      const Shape& source, const Shape& destination, bool has_bias,
                                                      bool accumulate);

/// [rows, in] x [in, out], the weights in the layout that the implementation likes best.
dnnl::matmul::primitive_desc matmul(const dnnl::engine& engine, const LinearSpec& spec, int64_t rows, bool has_bias,
                                    bool accumulate);

}  // namespace redraw::onednn
