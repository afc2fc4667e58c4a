// A request as JSON: the one reader and the one writer, for the record, the C interface and, later, the server.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "request/fields.h"

namespace redraw {

inline constexpr size_t kMaxPictureInJson = size_t{64} << 20;     ///< bytes of a picture, before base64
inline constexpr size_t kMaxRequestJson = size_t{192} << 20;      ///< bytes: room for two such pictures
inline constexpr size_t kMaxRequestJsonValues = size_t{1} << 14;  ///< numbers, texts, lists and objects in all
inline constexpr int kMaxRequestJsonDepth = 8;                    ///< lists and objects within each other

/// Who hands the JSON over, and what it may do.
struct JsonDoor {
  using Attachments = std::map<std::string, Picture, std::less<>>;

  /// Whether values may name files and folders: only for JSON that the owner of the program wrote. Without it no
  /// request can make the program open anything: a picture comes as bytes, a model by its name in the list.
  bool may_open_files = false;
  const Attachments* attachments = nullptr;  ///< pictures that came beside the JSON, by name; may be null
  std::string where = {};                    ///< begins each message: a file's name; may be empty
};

/// Reads a flat object of fields, in any order:
///
///   {"prompt": "fire", "strength": 0.7, "cfg_scales": [7, 6], "with_variations": [{"seed": 3, "weight": 0.1}],
///    "init": {"name": "drawing.png", "base64": "iVBORw0KGgo..."}}
///
/// null leaves a field open. A whole number may be written as 20.0. A picture is its bytes in base64 with a name,
/// {"attachment": "name"}, or, where the door may open files, a path. Where it may not, RequestModel::is_listed_only is
/// set. Throws Error: unknown_field with the nearest name; usage for a value of another type, a path that this door
/// does not take or base64 that is none; else as check_field. Each message names the field.
Request request_of_json(const nlohmann::json& json, const JsonDoor& door);
/// The same for text. Throws also json_malformed: no JSON, no object, a key that stands twice, or beyond a limit above.
Request request_of_json_text(std::string_view text, const JsonDoor& door);

/// The fields that are set; a picture as its path, or with its bytes. request_of_json reads back an equal request where
/// the door may open files.
nlohmann::json request_json(const Request& request);

/// A value in JSON: lists as lists, pairs of seed and weight as {"seed": 3, "weight": 0.1}, a picture by its path, or
/// by its name where it is in memory.
nlohmann::json field_json(const FieldValue& value);

/// The value of a field from JSON; check_field tells whether it is in range. Throws Error(usage) for another type, and
/// for a picture, which only a door can read.
FieldValue field_value_of_json(const Field& field, const nlohmann::json& json);

}  // namespace redraw
