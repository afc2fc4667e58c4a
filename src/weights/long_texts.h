// Long strings in the JSON of a safetensors header; internal to weights.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace redraw {

/// The JSON with every string of more than `longest` bytes, as it is written there, replaced by one of longest + 1
/// bytes that says nothing; nothing when there is none, which is the rule. Metadata may hold a picture of megabytes
/// that nobody here looks at, and the JSON library would hold it three times. Any other string of that length is
/// refused for its length by whoever reads the result. What is left out must be what JSON allows in a string all the
/// same. Throws Error: safetensors_invalid_utf8, safetensors_malformed_json, naming `where`.
std::optional<std::string> without_long_texts(std::string_view json, size_t longest, std::string_view where);

}  // namespace redraw
