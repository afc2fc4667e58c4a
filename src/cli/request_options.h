// The options of a command that are fields of the request, made from the table of fields.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "request/fields.h"

namespace CLI {
class App;
}

namespace redraw::cli {

using FieldList = std::vector<const Field*>;

FieldList fields_of_img2img();
FieldList fields_of_txt2img();
/// As img2img, but for images: a sweep has many anyway.
FieldList fields_of_sweep();
/// What bears on the steps; there is no picture and no prompt.
FieldList fields_of_plan();
/// What changes how much a run computes.
FieldList fields_of_bench();
/// What a user may know better than a model's files.
FieldList fields_of_checkpoint();

/// Where a command differs from the table.
struct HelpNote {
  std::string_view field;
  std::string_view note = {};      ///< said after the field's own help, where the command takes more
  std::string_view fallback = {};  ///< the command's own default; empty: the table's
};

/// What the help says of a field: its own phrase, names, range and default. Breaks lines after 68 columns.
std::string field_help(const Field& field, const HelpNote& note = {});

/// Values arrive as text and are read by the table's own rules, so that their errors are the same through every door.
class RequestOptions {
 public:
  /// Each group of the table becomes a group of the help. The command must outlive the options.
  RequestOptions(CLI::App& command, const FieldList& fields, std::span<const HelpNote> notes = {});

  /// The fields that were given, without those of `except`, which somebody else reads. Throws Error as text and
  /// parse_field.
  Request request(std::span<const std::string_view> except = {}) const;
  /// As typed; empty when it was not given. Throws Error(usage) for a field that was given twice.
  std::optional<std::string> text(std::string_view field) const;

 private:
  const CLI::App* command_;
  std::map<std::string_view, std::string> texts_;  // by field
};

}  // namespace redraw::cli
