// The JSON of a safetensors header; internal to weights.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "weights/tensor_entry.h"

namespace redraw {

struct SafetensorsJson {
  std::vector<TensorEntry> tensors;               ///< in the order in which the JSON names them
  std::map<std::string, std::string> metadata;    ///< as SafetensorsHeader has it
  std::vector<std::string> metadata_passed_over;  ///< as SafetensorsHeader has it
};

/// Checks every entry of the header by itself: its type, shape and size, and that it ends within the data section.
/// parse_safetensors_header compares the entries with each other and looks for names that occur twice.
/// text: the header without its padding. Throws Error (safetensors_ group).
SafetensorsJson read_safetensors_json(std::string_view text, uint64_t data_size, std::string_view where);

}  // namespace redraw
