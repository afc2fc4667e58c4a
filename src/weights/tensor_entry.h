// A tensor as a weights file lists it.
#pragma once

#include <cstdint>
#include <string>

#include "tensor/dtype.h"
#include "tensor/shape.h"

namespace redraw {

/// begin and end are byte offsets, from where the format counts; end - begin is what the tensor's numbers take, exactly
/// stored_bytes(dtype, shape.elements()). begin need not be a multiple of the element's size.
struct TensorEntry {
  std::string name;
  DType dtype;
  Shape shape;
  uint64_t begin;
  uint64_t end;
};

}  // namespace redraw
