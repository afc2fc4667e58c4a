// What the table of a request's fields says of one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "redraw/request.h"

namespace redraw {

/// The groups in which people see the fields, in this order.
enum class Group { inputs, steps, guidance, noise, size, effects, model, output };

/// What a value is. The last four are places: a value of theirs makes the program open something.
enum class FieldKind {
  text,          ///< free text
  choice,        ///< one of Field::choices
  flag,          ///< true or false
  integer,       ///< a whole number in Field::range
  number,        ///< a number in Field::range
  seed,          ///< 0 to 2^64 - 1
  side,          ///< of a picture, as check_side (image/side.h) takes it
  number_list,   ///< numbers in Field::range each
  seed_weights,  ///< pairs of a seed and a weight
  axes,          ///< "x", "y" or both
  picture,       ///< a picture: a file, or bytes
  weights,       ///< a weights file or a folder with one
  folder,        ///< a folder of configurations
  model,         ///< a checkpoint, a folder, or a name of the list of models
};

/// A value of any field.
using FieldValue = std::variant<std::string, int64_t, double, bool, uint64_t, std::vector<double>,
                                std::vector<SeedWeight>, std::vector<std::string>, Picture>;

/// Where the values of a field live in a Request.
struct Slot {
  std::optional<FieldValue> (*get)(const Request&) = nullptr;  ///< empty where the request leaves it open
  void (*set)(Request&, FieldValue) = nullptr;
};

/// The slot at a member of a group, kSlot<&Request::steps, &RequestSteps::strength>, or of the request itself.
template <auto... Path>
constexpr Slot kSlot = {
    .get = [](const Request& request) -> std::optional<FieldValue> {
      const auto& member = (request.*....*Path);
      if constexpr (std::is_same_v<std::remove_cvref_t<decltype(member)>, std::string>) {
        return FieldValue(member);
      } else {
        return member ? std::optional<FieldValue>(*member) : std::nullopt;
      }
    },
    .set =
        [](Request& request, FieldValue value) {
          auto& member = (request.*....*Path);
          if constexpr (std::is_same_v<std::remove_cvref_t<decltype(member)>, std::string>) {
            member = std::get<std::string>(std::move(value));
          } else {
            member = std::get<typename std::remove_cvref_t<decltype(member)>::value_type>(std::move(value));
          }
        }};

/// Of numbers, inclusive unless it is said.
struct Range {
  double least = 0, most = 0;
  bool excludes_least = false, excludes_most = false;
};

/// How a field varies in a sweep.
struct Sweeping {
  int rank = 0;                   ///< 0: it cannot; else its place, the slowest first
  std::string_view label = "{}";  ///< what a cell says of a value: "{} steps"
  std::string_view note = {};     ///< said after the field's help
};

struct Field {
  std::string_view name;  ///< "cfg_scale"; the command line writes --cfg-scale
  Group group;
  FieldKind kind;
  std::string_view label;            ///< "CFG scale", for a form
  std::string_view unit = {};        ///< "pixels", "GiB"
  std::string_view help;             ///< one phrase, without range and default, which are printed from the table
  std::string_view value_name = {};  ///< in the help text: "N", "FILE"
  Range range = {};
  std::optional<std::string_view> fallback = {};             ///< the program's default, as it would be typed
  std::vector<std::string_view> (*choices)() = nullptr;      ///< the known names, for help and for forms
  void (*check_name)(std::string_view) = nullptr;            ///< throws Error(unknown_name); also takes aliases
  void (*check_list)(const std::vector<double>&) = nullptr;  ///< throws Error for a list that is none
  std::string_view aliases[3] = {};  ///< other options of the command line for it, as InvokeAI's: "-v"
  bool model_may_default = false;    ///< redraw.json of a model may state it
  bool needs_picture = false;        ///< means nothing without a picture to start from
  bool is_positional = false;
  bool is_of_plan = false;  ///< bears on the steps, so that `redraw plan` takes it
  Sweeping sweep = {};
  Slot slot;
};

}  // namespace redraw
