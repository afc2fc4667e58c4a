// The JSON of a safetensors header; internal to weights.
#pragma once

#include <cstdint>
#include <string_view>

#include "weights/names.h"
#include "weights/safetensors/safetensors_header.h"

namespace redraw {

/// Every entry of the header by itself, in the order in which the JSON names them: types, shapes, sizes, and that it
/// ends within the data section. How entries lie to each other, and names that occur twice, are left to
/// parse_safetensors_header; data_begin is 0. text: the header without its padding. Throws Error (safetensors_ group).
SafetensorsHeader read_safetensors_json(std::string_view text, uint64_t data_size, std::string_view where);

}  // namespace redraw
