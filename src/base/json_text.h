// JSON as text for programs.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace redraw {

/// On one line, and always JSON: what is not UTF-8 in a file's name becomes U+FFFD, where nlohmann's dump() throws.
std::string json_text(const nlohmann::json& json);

}  // namespace redraw
