// The table of a request's fields: names, ranges, defaults, help. Command line, metadata and, later, the server's JSON
// and the web form are made from it.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "redraw/request.h"

namespace redraw {

/// side: of a picture, an integer as check_side takes it.
enum class FieldType { text, integer, number, flag, seed, side };

/// A value of any field's type.
using FieldValue = std::variant<std::string, int64_t, double, bool, uint64_t>;

struct Field {
  std::string_view name;  ///< "cfg_scale"; the command line writes --cfg-scale
  FieldType type;
  /// Where the value lives in a Request.
  std::variant<std::string Request::*, std::optional<std::string> Request::*, std::optional<int64_t> Request::*,
               std::optional<double> Request::*, std::optional<bool> Request::*, std::optional<uint64_t> Request::*>
      member;
  double minimum, maximum;  ///< of numbers, inclusive but for strength's minimum. Seeds have all of 64 bits
  bool excludes_minimum;
  std::string_view fallback;  ///< the program's default, as it would be typed; empty: none, see help
  bool model_may_default;     ///< redraw.json of a model may state it
  bool is_img2img_only;
  bool is_positional;
  std::string_view value_name;  ///< in the help text: "N", "FILE"
  std::string_view help;        ///< one phrase, without range and default, which are printed from the table
  std::string_view since;       ///< version
  /// Of texts that name something: the known names, for help and for the error that suggests the nearest.
  std::vector<std::string_view> (*choices)() = nullptr;
  /// Throws Error(unknown_name); also takes aliases.
  void (*check_name)(std::string_view) = nullptr;
  std::string_view also = {};  ///< another option of the command line for it, as InvokeAI's: "-v"
  bool excludes_maximum = false;
};

/// In the order in which help shows them.
std::span<const Field> request_fields();
/// Of EngineOptions::threads, which is no field of a request and is asked for like one.
const Field& threads_field();
/// Throws Error(unknown_field) with the nearest name.
const Field& find_field(std::string_view name);

/// Text as typed to a value. Throws Error: out_of_range, bad_size or not_a_number, with the field's name and range.
FieldValue parse_field(const Field& field, std::string_view text);
/// Checks type and range of a value from JSON: a whole number of either type may stand for an integer, a number and a
/// seed. Returns it in the field's own type. Throws as parse_field, or Error(usage) for another type.
FieldValue check_field(const Field& field, const FieldValue& value);

void set_field(Request& request, const Field& field, const FieldValue& value);
/// Empty when the request leaves it open.
std::optional<FieldValue> get_field(const Request& request, const Field& field);

/// "0.7", "lms", "true": shortest text that parse_field reads back.
std::string field_text(const FieldValue& value);
/// The same value in JSON.
nlohmann::json field_json(const FieldValue& value);
/// "0 to 100", "above 0, at most 1", "a multiple of 8, 64 to 8192"; empty for texts and flags.
std::string field_range(const Field& field);

}  // namespace redraw
