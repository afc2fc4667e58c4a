#include "request/request_text.h"

#include <algorithm>
#include <vector>

#include "base/ascii.h"
#include "base/error.h"
#include "base/shell_word.h"
#include "base/suggest.h"
#include "base/utf8.h"
#include "request/field_value.h"

namespace redraw {
namespace {

// "--steps" and "20" of "--steps=20"; "-s" and "20" of "-s20". An option without a value of its own has none.
struct OptionWord {
  std::string_view name;
  std::string_view value;
};

OptionWord option_word(std::string_view word) {
  if (!word.starts_with("--")) return {.name = word.substr(0, 2), .value = word.substr(2)};
  const size_t equals = std::min(word.find('='), word.size());
  return {.name = word.substr(0, equals), .value = word.substr(std::min(equals + 1, word.size()))};
}

bool is_called(const Field& field, std::string_view option) {
  return std::ranges::count(option_spellings(field), option) != 0;
}

const Field& field_of_option(std::string_view option) {
  std::vector<std::string> names;
  for (const Field* field : request_fields()) {
    if (is_called(*field, option)) return *field;
    names.push_back(option_name(*field));
  }
  const std::vector<std::string_view> views(names.begin(), names.end());
  const std::string nearest = nearest_name(option, views);
  throw Error(Code::usage, "unknown option '" + std::string(cut_utf8(option, 100)) + "'" +
                               (nearest.empty() ? "" : "; did you mean '" + nearest + "'?"));
}

// Collects the fields of a line, each once.
class LineFields {
 public:
  void set(const Field& field, std::string_view text) {
    if (std::ranges::count(seen_, &field) != 0) throw Error(Code::usage, std::string(field.name) + " is given twice");
    seen_.push_back(&field);
    set_field(request_, field, parse_field(field, text));
  }

  bool has(std::string_view name) const { return std::ranges::count(seen_, &find_field(name)) != 0; }
  const Request& request() const { return request_; }

 private:
  Request request_;
  std::vector<const Field*> seen_;
};

// Words without options stand for the picture and the prompt, in that order, where their options do not.
void set_positionals(std::span<const std::string> words, LineFields& fields) {
  const bool has_picture_word = words.size() == 2 || (words.size() == 1 && fields.has("prompt"));
  if (words.size() > 2)
    throw Error(Code::usage, "there are " + std::to_string(words.size()) +
                                 " words without an option; put the prompt in quotes, 'like this one'");
  if (has_picture_word) fields.set(find_field("init"), words.front());
  if (words.size() == (has_picture_word ? 2 : 1)) fields.set(find_field("prompt"), words.back());
}

// The command line takes '++' for the end of a command.
bool needs_option(std::string_view word) {
  return word.starts_with('-') || word == "++";
}

std::string field_words(const Field& field, const FieldValue& value) {
  const std::string name = option_name(field);
  const std::string text = field_text(value);
  if (field.kind == FieldKind::flag) return text == "true" ? name : name + "=" + text;
  if (field.is_positional && !needs_option(text)) return shell_word(text);
  return name + " " + shell_word(text);
}

}  // namespace

std::string option_name(const Field& field) {
  std::string name = "--" + std::string(field.name);
  std::ranges::replace(name, '_', '-');
  return name;
}

std::vector<std::string> option_names(const Field& field) {
  std::vector<std::string> names = {option_name(field)};
  for (const std::string_view alias : field.aliases) {
    if (!alias.empty()) names.emplace_back(alias);
  }
  return names;
}

std::vector<std::string> option_spellings(const Field& field) {
  std::vector<std::string> spellings = option_names(field);
  for (std::string name : option_names(field)) {
    if (!name.starts_with("--") || name.find('-', 2) == std::string::npos) continue;
    std::replace(name.begin() + 2, name.end(), '-', '_');
    spellings.push_back(name);
  }
  return spellings;
}

bool is_option_like(std::string_view word) {
  const std::string_view name = word.substr(std::min<size_t>(word.starts_with("--") ? 2 : 1, word.size()));
  if (!word.starts_with('-') || name.empty()) return false;
  const bool may_be_digit = word.starts_with("--");
  return is_ascii_letter(name[0]) || name[0] == '_' || name[0] == '?' || name[0] == '@' ||
         (may_be_digit && is_ascii_digit(name[0]));
}

std::string request_text(const Request& request) {
  std::string line;
  for (const Field* field : request_fields()) {
    const std::optional<FieldValue> value = get_field(request, *field);
    if (value) line += (line.empty() ? "" : " ") + field_words(*field, *value);
  }
  return line;
}

Request request_of_text(std::string_view line) {
  return request_of_words(shell_words(line));
}

Request request_of_words(std::span<const std::string> words) {
  LineFields fields;
  std::vector<std::string> positionals;
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--") {
      positionals.insert(positionals.end(), words.begin() + static_cast<ptrdiff_t>(i) + 1, words.end());
      break;
    }
    if (!is_option_like(words[i])) {
      positionals.push_back(words[i]);
      continue;
    }
    const auto [name, value] = option_word(words[i]);
    const Field& field = field_of_option(name);
    if (field.kind == FieldKind::flag) {
      fields.set(field, value.empty() ? "true" : value);
    } else if (!value.empty()) {
      fields.set(field, value);
    } else if (++i < words.size()) {
      fields.set(field, words[i]);
    } else {
      throw Error(Code::usage, option_name(field) + " needs a value: " + std::string(field.value_name));
    }
  }
  set_positionals(positionals, fields);
  return fields.request();
}

}  // namespace redraw
