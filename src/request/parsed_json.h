// JSON from outside: text that must be one object, with limits on all that it could be large in.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace redraw {

/// where: begins each message where it is not empty. Throws Error(json_malformed): no JSON, with the place; no object;
/// a key that stands twice in one object; beyond kMaxRequestJson, ...Values or ...Depth (request_json.h).
nlohmann::json parsed_json(std::string_view text, const std::string& where);

}  // namespace redraw
