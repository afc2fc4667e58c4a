#include "cli/request_options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>

#include "base/ascii.h"
#include "base/error.h"
#include "request/field_value.h"
#include "request/request_text.h"

namespace redraw::cli {
namespace {

// "Steps", over its options in the help.
std::string group_title(Group group) {
  std::string title(name_of(group));
  title.front() = ascii_capital(title.front());
  return title;
}

// All that is taken for the option, as CLI11 wants it; a field that is positional may be given either way.
std::string cli11_names(const Field& field) {
  std::string names;
  for (const std::string& spelling : option_spellings(field)) names += (names.empty() ? "" : ",") + spelling;
  return field.is_positional ? std::string(field.name) + "," + names : names;
}

FieldList fields_called(std::initializer_list<std::string_view> names) {
  FieldList fields;
  for (const std::string_view name : names) fields.push_back(&find_field(name));
  return fields;
}

// Breaks between words so that help stays readable on a terminal of 100 columns; CLI11 indents the lines.
std::string wrapped(const std::string& text) {
  constexpr size_t kColumns = 68;
  std::string result;
  size_t column = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find(' ', at), text.size());
    const std::string word = text.substr(at, end - at);
    if (column > 0 && column + 1 + word.size() > kColumns) {
      result += "\n";
      column = 0;
    }
    if (column > 0) result += " ";
    result += word;
    column += (column > 0 ? 1 : 0) + word.size();
    at = end + 1;
  }
  return result;
}

}  // namespace

std::string field_help(const Field& field, const HelpNote& note) {
  std::string help(field.help);
  if (field.choices != nullptr) {
    const std::vector<std::string_view> names = field.choices();
    help += ": ";
    for (size_t i = 0; i < names.size(); ++i) {
      help += (i == 0 ? "" : i + 1 == names.size() ? " or " : ", ") + std::string(names[i]);
    }
  }
  const bool is_list = field.kind == FieldKind::number_list;
  if (const std::string range = field_range(field); !range.empty() && !is_list) help += "; " + range;
  if (!note.note.empty()) help += "; " + std::string(note.note);
  if (!note.fallback.empty()) {
    help += fmt::format(" [{}]", note.fallback);
  } else if (!field.fallback.value_or("").empty() && field.kind != FieldKind::flag) {
    help += fmt::format(" [{}{}]", *field.fallback, field.model_may_default ? ", or as the model states" : "");
  }
  return wrapped(help);
}

FieldList fields_of_img2img() {
  return {request_fields().begin(), request_fields().end()};
}

FieldList fields_of_txt2img() {
  FieldList fields = fields_of_img2img();
  std::erase_if(fields, [](const Field* field) { return field->needs_picture; });
  return fields;
}

FieldList fields_of_sweep() {
  FieldList fields = fields_of_img2img();
  std::erase_if(fields, [](const Field* field) { return field->name == "images"; });
  return fields;
}

FieldList fields_of_plan() {
  FieldList fields = fields_of_img2img();
  std::erase_if(fields, [](const Field* field) { return !field->is_of_plan; });
  return fields;
}

FieldList fields_of_bench() {
  return fields_called({"steps", "sampler", "width", "height", "model"});
}

FieldList fields_of_checkpoint() {
  return fields_called({"vae", "prediction", "model_config"});
}

RequestOptions::RequestOptions(CLI::App& command, const FieldList& fields, std::span<const HelpNote> notes)
    : command_(&command) {
  for (const Field* field : fields) {
    const auto note = std::ranges::find(notes, field->name, &HelpNote::field);
    const std::string help = field_help(*field, note == notes.end() ? HelpNote{} : *note);
    std::string& text = texts_[field->name];
    CLI::Option* option = field->kind == FieldKind::flag ? command.add_flag(cli11_names(*field), text, help)
                                                         : command.add_option(cli11_names(*field), text, help);
    option->group(group_title(field->group))
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast)  // text() refuses a second value
        ->required(field->is_positional)
        ->option_text(std::string(field->value_name));
  }
}

Request RequestOptions::request(std::span<const std::string_view> except) const {
  Request result;
  for (const auto& [name, unused] : texts_) {
    if (std::ranges::count(except, name) != 0) continue;
    const Field& field = find_field(name);
    if (const std::optional<std::string> given = text(name)) set_field(result, field, parse_field(field, *given));
  }
  return result;
}

std::optional<std::string> RequestOptions::text(std::string_view field) const {
  // Which of them were given is known to CLI11 alone.
  const size_t count = command_->count(option_name(find_field(field)));
  if (count > 1) throw Error(Code::usage, std::string(field) + " is given twice");
  if (count == 0) return std::nullopt;
  return texts_.find(field)->second;
}

}  // namespace redraw::cli
