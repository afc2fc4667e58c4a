// JSON as text for programs.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace redraw {

/// On one line, and always JSON: what is not UTF-8 in a file's name becomes U+FFFD, where nlohmann's dump() throws.
std::string json_text(const nlohmann::json& json);
/// The same in ASCII alone, so that no text of a stranger's steers a terminal.
std::string ascii_json_text(const nlohmann::json& json);

}  // namespace redraw
