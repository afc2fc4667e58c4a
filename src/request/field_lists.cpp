#include "request/field_lists.h"

#include <nlohmann/json.hpp>
#include <vector>

#include "base/text_table.h"
#include "request/field_value.h"
#include "request/request_json.h"
#include "request/request_text.h"

namespace redraw {
namespace {

std::string joined_texts(const auto& texts) {
  std::string line;
  for (const auto& text : texts) line += (line.empty() ? "" : ", ") + std::string(text);
  return line;
}

// "above 0, at most 1", or what a value is where it has no range. The names of choices have lists of their own.
std::string values_of(const Field& field) {
  const std::string range = field_range(field);
  if (range.empty()) return std::string(kind_phrase(field.kind));
  return field.kind == FieldKind::number_list ? "a list of numbers, " + range + " each" : range;
}

std::string default_of(const Field& field) {
  if (!field.fallback) return field.is_positional ? "" : "-";
  return field.fallback->empty() ? "''" : std::string(*field.fallback);
}

nlohmann::json field_row_json(const Field& field) {
  nlohmann::json row = {{"name", field.name},
                        {"group", name_of(field.group)},
                        {"kind", name_of(field.kind)},
                        {"label", field.label},
                        {"unit", field.unit},
                        {"help", field.help},
                        {"range", field_range(field)},
                        {"options", option_names(field)},
                        {"needs_picture", field.needs_picture},
                        {"opens_files", opens_files(field.kind)},
                        {"model_may_default", field.model_may_default}};
  row["default"] = field.fallback ? field_json(parse_field(field, *field.fallback)) : nlohmann::json();
  row["choices"] = field.choices != nullptr ? nlohmann::json(field.choices()) : nlohmann::json();
  return row;
}

}  // namespace

std::string fields_text() {
  const TableColumn columns[] = {{"field"}, {"options"}, {"value"}, {"default"}};
  std::string text;
  std::vector<std::vector<std::string>> rows;
  for (size_t i = 0; i < request_fields().size(); ++i) {
    const Field& field = *request_fields()[i];
    rows.push_back({std::string(field.name), joined_texts(option_names(field)), values_of(field), default_of(field)});
    const bool is_last = i + 1 == request_fields().size() || request_fields()[i + 1]->group != field.group;
    if (!is_last) continue;
    text += std::string(name_of(field.group)) + "\n" + text_table(columns, rows) + "\n";
    rows.clear();
  }
  return text +
         "default: - where the sampler, the model or the run decides\n"
         "`redraw img2img --help` says what each field does; --json and --schema print the table for programs\n";
}

std::string fields_json() {
  nlohmann::json rows = nlohmann::json::array();
  for (const Field* field : request_fields()) rows.push_back(field_row_json(*field));
  return nlohmann::json({{"fields", rows}}).dump();
}

}  // namespace redraw
