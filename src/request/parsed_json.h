// JSON from outside: text that must be one object, with limits on all that it could be large in.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace redraw {

inline constexpr size_t kMaxRequestJson = size_t{192} << 20;      ///< bytes: room for two such pictures
inline constexpr size_t kMaxRequestJsonValues = size_t{1} << 14;  ///< numbers, texts, lists and objects in all
inline constexpr int kMaxRequestJsonDepth = 8;                    ///< lists and objects within each other

/// where: begins each message where it is not empty. Throws Error(json_malformed): no JSON, with the place; no object;
/// a key that stands twice in one object; beyond kMaxRequestJson, ...Values or ...Depth.
nlohmann::json parsed_json(std::string_view text, const std::string& where);

}  // namespace redraw
