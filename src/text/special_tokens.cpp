#include "text/special_tokens.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json.h"
#include "text/quote.h"

namespace redraw {
namespace {

using nlohmann::json;

/// Far more than any model has; with them the search through a prompt stays within milliseconds.
constexpr size_t kMaxAddedTokens = 256;
constexpr size_t kMaxAddedBytes = 128;
/// From here on a "model_max_length" means that there is none: transformers writes 10^30.
constexpr double kEndlessLength = 1e9;
constexpr int64_t kMaxId = 999'999'999;

/// One of the tokens that have a name.
struct NamedToken {
  std::string_view field;
  std::string SpecialTokens::*text;  ///< null where CLIP has no use for it but a file may name one
  std::string_view standard;
};
/// In the order in which transformers adds them (SPECIAL_TOKENS_ATTRIBUTES).
constexpr std::array<NamedToken, 7> kNamedTokens = {{
    {"bos_token", &SpecialTokens::start, "<|startoftext|>"},
    {"eos_token", &SpecialTokens::end, "<|endoftext|>"},
    {"unk_token", &SpecialTokens::unknown, "<|endoftext|>"},
    {"sep_token", nullptr, ""},
    {"pad_token", &SpecialTokens::pad, "<|endoftext|>"},
    {"cls_token", nullptr, ""},
    {"mask_token", nullptr, ""},
}};
/// Lists of further tokens; the second is the name since transformers 5.
constexpr std::array<std::string_view, 2> kListFields = {"additional_special_tokens", "extra_special_tokens"};

/// A token as one place of a file defines it. The same text may be defined twice and differently; a plain string and an
/// object count as different even when they say the same.
struct Definition {
  AddedToken token;
  bool is_plain = false;

  bool operator==(const Definition& other) const {
    return token.text == other.token.text && token.normalized == other.token.normalized && is_plain == other.is_plain;
  }
};

[[noreturn]] void wrong_type(const std::string& where, std::string_view field, std::string_view expected) {
  throw Error(Code::json_wrong_type, where + ": '" + std::string(field) + "' must be " + std::string(expected));
}

bool flag(const json& object, const char* name, bool fallback, const std::string& where) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return fallback;
  if (!found->is_boolean()) wrong_type(where, name, "true or false");
  return found->get<bool>();
}

/// value: a string, or an object with "content" and options.
Definition read_token(const json& value, bool is_special, std::string_view field, const std::string& where) {
  Definition result;
  result.is_plain = value.is_string();
  if (value.is_string()) {
    result.token.text = value.get<std::string>();
  } else {
    const auto content = value.is_object() ? value.find("content") : value.end();
    if (!value.is_object() || content == value.end() || !content->is_string())
      wrong_type(where, field, "a string, or an object with the string 'content'");
    result.token.text = content->get<std::string>();
    for (const char* option : {"lstrip", "rstrip", "single_word"})
      if (flag(value, option, false, where))
        throw Error(Code::model_unsupported, where + ": token " + quoted_text(result.token.text) + ": option '" +
                                                 option + "' is not supported; CLIP's tokens do not use it");
    const bool special = is_special || flag(value, "special", false, where);
    result.token.normalized = flag(value, "normalized", !special, where);
  }
  const size_t bytes = result.token.text.size();
  if (bytes == 0 || bytes > kMaxAddedBytes)
    throw Error(Code::tokenizer_malformed, where + ": '" + std::string(field) + "' has " + std::to_string(bytes) +
                                               " bytes; a token has 1 to " + std::to_string(kMaxAddedBytes));
  return result;
}

Definition standard_token(const NamedToken& name) {
  Definition result;
  result.token.text = name.standard;
  result.is_plain = true;
  return result;
}

int32_t id_from_text(const std::string& text, const std::string& where) {
  const bool is_number = !text.empty() && text.size() <= 9 &&
                         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!is_number)
    throw Error(Code::tokenizer_malformed, where + ": " + quoted_text(text) + " is not an id; ids are whole numbers");
  return std::stoi(text);
}

void check_count(size_t tokens, const std::string& where) {
  if (tokens > kMaxAddedTokens)
    throw Error(Code::tokenizer_malformed,
                where + ": more than " + std::to_string(kMaxAddedTokens) + " special tokens");
}

JsonObject parse(std::string_view text, const std::string& where) {
  return JsonObject::parse(text.empty() ? "{}" : text, where);
}

/// The tokens of a tokenizer.json, in place of those with the same id.
void read_whole(const json& added, const std::string& where, std::vector<Definition>& listed) {
  constexpr std::string_view kField = "added_tokens";
  for (const json& value : added) {
    const auto id = value.is_object() ? value.find("id") : value.end();
    if (!value.is_object() || id == value.end() || !id->is_number_integer())
      wrong_type(where, kField, "a list of objects with a whole number 'id' and a string 'content'");
    const auto number = id->get<int64_t>();
    if (number < 0 || number > kMaxId)
      throw Error(Code::json_out_of_range,
                  where + ": the ids of '" + std::string(kField) + "' must be between 0 and " + std::to_string(kMaxId));
    Definition entry = read_token(value, false, kField, where);
    entry.token.id = static_cast<int32_t>(number);
    std::erase_if(listed, [&](const Definition& other) { return other.token.id == entry.token.id; });
    listed.push_back(std::move(entry));
    check_count(listed.size(), where);
  }
}

/// The tokens that the files list with their ids, by id.
std::vector<Definition> read_listed(const JsonObject& config, const JsonObject& legacy, const json& whole,
                                    const std::string& whole_where, bool has_decoder,
                                    const std::vector<std::string>& named) {
  const auto is_named = [&named](const std::string& text) {
    return std::find(named.begin(), named.end(), text) != named.end();
  };
  std::vector<Definition> listed;
  if (has_decoder) {
    const json& decoder = config.raw()["added_tokens_decoder"];
    if (!decoder.is_object()) wrong_type(config.where(), "added_tokens_decoder", "an object of ids and tokens");
    for (const auto& [id, value] : decoder.items()) {
      if (!value.is_object()) wrong_type(config.where(), "added_tokens_decoder", "an object of ids and tokens");
      const bool special = value.contains("content") && value["content"].is_string() && is_named(value["content"]);
      listed.push_back(read_token(value, special, "added_tokens_decoder", config.where()));
      listed.back().token.id = id_from_text(id, config.where());
    }
  } else {
    for (const auto& [text, id] : legacy.raw().items()) {
      Definition entry = read_token(json(text), false, text, legacy.where());
      entry.token.normalized = !is_named(text);
      entry.token.id = static_cast<int32_t>(legacy.integer(text, 0, kMaxId));
      listed.push_back(std::move(entry));
    }
    read_whole(whole, whole_where, listed);
  }
  std::stable_sort(listed.begin(), listed.end(),
                   [](const Definition& a, const Definition& b) { return a.token.id < b.token.id; });
  return listed;
}

/// What is listed with an id stands as listed. Of the others, each different definition counts once, and of those of
/// the same text the last one.
std::vector<Definition> unite(std::vector<Definition> listed, const std::vector<Definition>& definitions) {
  const auto with_text = [](std::vector<Definition>& in, const std::string& text) {
    return std::find_if(in.begin(), in.end(), [&text](const Definition& entry) { return entry.token.text == text; });
  };
  std::vector<Definition> distinct;
  for (const Definition& definition : definitions)
    if (std::find(distinct.begin(), distinct.end(), definition) == distinct.end()) distinct.push_back(definition);
  std::vector<Definition> others;
  for (const Definition& definition : distinct) {
    if (with_text(listed, definition.token.text) != listed.end()) continue;
    const auto earlier = with_text(others, definition.token.text);
    if (earlier == others.end())
      others.push_back(definition);
    else
      earlier->token.normalized = definition.token.normalized;
  }
  listed.insert(listed.end(), others.begin(), others.end());
  return listed;
}

int64_t read_max_length(const JsonObject& config) {
  const int64_t standard = SpecialTokens().max_length;
  const auto found = config.raw().find("model_max_length");
  if (found == config.raw().end() || (found->is_number() && found->get<double>() >= kEndlessLength)) return standard;
  return config.integer("model_max_length", kMinPromptLength, kMaxPromptLength, standard);
}

}  // namespace

SpecialTokens read_special_tokens(std::string_view tokenizer_config, std::string_view special_tokens_map,
                                  std::string_view added_tokens, const json& tokenizer_json_added,
                                  const std::string& where) {
  const JsonObject config = parse(tokenizer_config, where + "tokenizer_config.json");
  const bool has_decoder = config.has("added_tokens_decoder");
  const JsonObject map = parse(has_decoder ? "" : special_tokens_map, where + "special_tokens_map.json");
  const JsonObject legacy = parse(has_decoder ? "" : added_tokens, where + "added_tokens.json");
  const auto source = [&](std::string_view field) -> const JsonObject& { return map.has(field) ? map : config; };

  SpecialTokens result;
  result.max_length = read_max_length(config);
  result.listed_in = has_decoder                      ? "tokenizer_config.json"
                     : tokenizer_json_added.is_null() ? "added_tokens.json"
                                                      : "tokenizer.json";
  std::vector<Definition> definitions;
  std::vector<std::string> named;
  for (const NamedToken& name : kNamedTokens) {
    const JsonObject& file = source(name.field);
    if (name.text != nullptr) result.*name.text = name.standard;
    if (file.has(name.field)) {
      definitions.push_back(read_token(file.raw()[std::string(name.field)], true, name.field, file.where()));
      if (name.text != nullptr) result.*name.text = definitions.back().token.text;
    } else if (name.text != nullptr) {
      definitions.push_back(standard_token(name));
    } else {
      continue;
    }
    named.push_back(definitions.back().token.text);
  }
  for (std::string_view field : kListFields) {
    const JsonObject& file = source(field);
    if (!file.has(field)) continue;
    const json& list = file.raw()[std::string(field)];
    if (!list.is_array()) wrong_type(file.where(), field, "a list of tokens");
    for (const json& value : list) definitions.push_back(read_token(value, true, field, file.where()));
  }

  std::vector<Definition> listed =
      read_listed(config, legacy, tokenizer_json_added, where + "tokenizer.json", has_decoder, named);
  check_count(listed.size() + definitions.size(), where + "tokenizer_config.json");
  for (Definition& definition : unite(std::move(listed), definitions))
    result.added.push_back(std::move(definition.token));
  return result;
}

bool is_clip_tokenizer_class(std::string_view tokenizer_config, const std::string& where) {
  const JsonObject config = parse(tokenizer_config, where + "tokenizer_config.json");
  const auto found = config.raw().find("tokenizer_class");
  if (found == config.raw().end() || !found->is_string()) return true;
  const std::string name = found->get<std::string>();
  return name == "CLIPTokenizer" || name == "CLIPTokenizerFast";
}

}  // namespace redraw
