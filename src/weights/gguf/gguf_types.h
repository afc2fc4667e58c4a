// The element types of GGML, as GGUF numbers them; internal to weights.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "tensor/dtype.h"

namespace redraw {

struct GgmlType {
  uint32_t number;
  std::string_view name;
  std::optional<DType> dtype;  ///< nothing: redraw does not read it
};

/// nullptr for a number that no release of GGML has used.
const GgmlType* find_ggml_type(uint32_t number);

}  // namespace redraw
