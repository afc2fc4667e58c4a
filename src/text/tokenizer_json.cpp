#include "text/tokenizer_json.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/error.h"
#include "base/listed.h"
#include "text/quote.h"

namespace redraw {
namespace {

using nlohmann::json;

/// A guess of the bytes that an entry of the vocabulary and a merge take together, to size the tables once.
constexpr size_t kJsonBytesPerEntry = 40;
/// Of everything but vocabulary and merges: CLIP's file has some 60 values, and each added token has 8.
constexpr size_t kMaxOtherValues = 10'000;
constexpr size_t kMaxDepth = 16;

/// Sends vocabulary and merges where they go, as they come, and makes a document of the rest.
class TokenizerReader : public nlohmann::json_sax<json> {
 public:
  TokenizerReader(std::string_view text, const std::string& where)
      : where_(where), vocabulary_(where + ": 'vocab'", text.size() / kJsonBytesPerEntry, text.size() / 2) {
    merges_ = {.where = where, .unit = "merge", .pairs = {}};
    merges_.pairs.reserve(std::min(text.size() / kJsonBytesPerEntry, kMaxMerges));
    // What is in the JSON is never shorter than what it stands for, so the texts stay where they are.
    texts_.reserve(text.size());
  }

  TokenizerJson finish(bool is_clip_class);

  bool null() override { return scalar(nullptr, "null"); }
  bool boolean(bool value) override { return scalar(value, "a boolean"); }
  bool number_integer(number_integer_t value) override { return scalar(value, std::to_string(value)); }
  bool number_float(number_float_t value, const string_t& digits) override { return scalar(value, digits); }
  bool binary(binary_t&) override { return true; }  // not in JSON
  bool number_unsigned(number_unsigned_t value) override {
    if (part_ != Part::vocabulary) return scalar(value, "a number");
    vocabulary_.add_id(value);
    return true;
  }
  bool string(string_t& value) override {
    if (part_ != Part::merges) return scalar(std::move(value), "a string");
    if (is_in_pair_) {
      if (pair_size_ == pair_.size()) bad_merge();
      pair_.at(pair_size_++) = kept(value);
    } else {
      merges_.add(kept(value), ++merge_number_);
    }
    return true;
  }

  bool start_object(std::size_t) override {
    if (part_ == Part::vocabulary) vocabulary_.refuse_id("an object");
    if (part_ == Part::merges) bad_merge();
    if (next_ == Part::vocabulary) {
      part_ = std::exchange(next_, Part::rest);
      return true;
    }
    return open(json::object());
  }
  bool key(string_t& text) override {
    if (part_ == Part::vocabulary) {
      vocabulary_.add_text(text);
      return true;
    }
    key_ = std::move(text);
    next_ = Part::rest;
    if (open_.size() == 1 && key_ == "model") is_model_seen(has_model_);
    if (open_.size() != 2 || open_.back() != model_) return true;
    if (key_ == "vocab") {
      is_model_seen(has_vocabulary_);
      next_ = Part::vocabulary;
    } else if (key_ == "merges") {
      is_model_seen(has_merges_);
      next_ = Part::merges;
    }
    return true;
  }
  bool end_object() override { return close(); }

  bool start_array(std::size_t) override {
    if (part_ == Part::vocabulary) vocabulary_.refuse_id("a list");
    if (part_ == Part::merges) {
      if (is_in_pair_) bad_merge();
      is_in_pair_ = true;
      pair_size_ = 0;
      ++merge_number_;
      return true;
    }
    if (next_ == Part::merges) {
      part_ = std::exchange(next_, Part::rest);
      return true;
    }
    return open(json::array());
  }
  bool end_array() override {
    if (part_ != Part::merges || !is_in_pair_) return close();
    if (pair_size_ != pair_.size()) bad_merge();
    merges_.add(pair_[0], pair_[1], merge_number_);
    is_in_pair_ = false;
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const json::exception&) override {
    fail("not JSON, or not UTF-8, at byte " + std::to_string(position) + "; fetch it again");
  }

 private:
  enum class Part { rest, vocabulary, merges };

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(Code::tokenizer_malformed, where_ + ": " + what);
  }
  [[noreturn]] void bad_merge() const {
    merges_.fail(merge_number_, R"(a merge is a text "a b" or a pair ["a", "b"])");
  }
  void is_model_seen(bool& seen) const {
    if (seen) fail(quoted_text(key_) + " is there twice");
    seen = true;
  }

  /// The text, kept where it stays.
  std::string_view kept(const std::string& text) {
    const size_t begin = texts_.size();
    texts_.insert(texts_.end(), text.begin(), text.end());
    return {texts_.data() + begin, text.size()};
  }

  bool scalar(json value, const std::string& found) {
    if (part_ == Part::vocabulary) vocabulary_.refuse_id(found);
    if (part_ == Part::merges) bad_merge();
    add(std::move(value));
    return true;
  }
  /// Into the document; returns where it lies there.
  json* add(json value) {
    if (next_ != Part::rest) misfit();
    if (++values_ > kMaxOtherValues)
      fail("holds more than " + std::to_string(kMaxOtherValues) + " values besides vocabulary and merges");
    if (open_.empty()) {
      if (!value.is_object()) fail("not a JSON object");
      return &(rest_ = std::move(value));
    }
    json& container = *open_.back();
    if (container.is_object()) return &(container[key_] = std::move(value));
    container.push_back(std::move(value));
    return &container.back();
  }
  bool open(json container) {
    if (open_.size() == kMaxDepth) fail("is nested more than " + std::to_string(kMaxDepth) + " levels deep");
    const bool is_model = open_.size() == 1 && key_ == "model";
    open_.push_back(add(std::move(container)));
    if (is_model) model_ = open_.back();
    return true;
  }
  bool close() {
    if (part_ != Part::rest)
      part_ = Part::rest;
    else
      open_.pop_back();
    return true;
  }
  /// A vocabulary or merges of another form than BPE's: of another model, if it has said which already.
  [[noreturn]] void misfit() const;

  const std::string& where_;
  Vocabulary::Builder vocabulary_;
  MergeList merges_;
  std::vector<char> texts_;
  json rest_;
  size_t values_ = 0;
  std::vector<json*> open_;  // containers of rest_ whose end has not come; a parent is not touched meanwhile
  const json* model_ = nullptr;
  std::string key_;
  Part part_ = Part::rest;  // that the events belong to
  Part next_ = Part::rest;  // that the value of the last key is
  bool has_model_ = false;
  bool has_vocabulary_ = false;
  bool has_merges_ = false;
  int64_t merge_number_ = 0;
  bool is_in_pair_ = false;
  std::array<std::string_view, 2> pair_;
  size_t pair_size_ = 0;
};

/// What is refused, with what can be done.
[[noreturn]] void refuse(const std::string& where, const std::string& what) {
  throw Error(Code::model_unsupported,
              where + ": " + what +
                  ", so it is not a CLIP tokenizer as redraw reads it; take the tokenizer that the model was published "
                  "with, or its vocab.json and merges.txt");
}

/// A setting of the model that decides about ids, and its value with CLIP, as JSON texts.
struct ModelSetting {
  std::string_view name;
  std::array<std::string_view, 2> allowed;  ///< besides null
  bool is_required = false;
};
constexpr auto kModelSettings = std::to_array<ModelSetting>({
    {"type", {R"("BPE")", ""}},
    {"end_of_word_suffix", {R"("</w>")", ""}, true},
    {"continuing_subword_prefix", {R"("")", ""}},
    {"dropout", {"0.0", "0"}},
    {"fuse_unk", {"false", ""}},
    {"byte_fallback", {"false", ""}},
    {"ignore_merges", {"false", ""}},
});

std::string shown(const json& value) {
  if (value.is_structured()) return value.is_array() ? "a list" : "an object";
  return value.is_string() ? quoted_text(value.get_ref<const std::string&>()) : value.dump();
}

void check_model(const json& model, const std::string& where) {
  for (const ModelSetting& setting : kModelSettings) {
    const auto found = model.find(setting.name);
    const bool is_absent = found == model.end() || found->is_null();
    if (is_absent && setting.is_required) refuse(where, "its model has no '" + std::string(setting.name) + "'");
    if (is_absent) continue;
    const bool fits = !found->is_structured() && std::ranges::count(setting.allowed, found->dump(-1, ' ', true)) != 0;
    if (!fits) {
      refuse(where, "its model has '" + std::string(setting.name) + "' " + shown(*found) + ", CLIP's " +
                        std::string(setting.allowed.front()));
    }
  }
}

/// transformers 5.23.0 (CLIPTokenizer.__init__), and transformers 4 (convert_slow_tokenizer.py, CLIPConverter). They
/// cut alike but for signs behind a marker in capitals, where redraw follows the former, as the former itself does with
/// files of the latter.
constexpr std::array<std::string_view, 2> kWordExpressions = {
    R"(<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+)",
    R"('s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+)",
};

constexpr std::string_view kNormalizing = R"([
  {"type": "NFC"}, {"type": "Replace", "pattern": {"Regex": "\\s+"}, "content": " "}, {"type": "Lowercase"}])";
constexpr std::string_view kCutting = R"([
  {"type": "Split", "pattern": {"Regex": ""}, "behavior": "Removed", "invert": true},
  {"type": "ByteLevel", "add_prefix_space": false}])";

json member(const json& value, const char* name) {
  return value.is_object() && value.contains(name) ? value[name] : json();
}

/// The steps of a normaliser or pre-tokeniser, as a list; none where it is null. list: the field that a sequence keeps
/// them in.
json steps_of(const json& value, const char* list) {
  if (value.is_null()) return json::array();
  const json steps = member(value, list);
  return member(value, "type") == "Sequence" && steps.is_array() ? steps : json::array({value});
}

/// The steps with those fields alone that decide about ids.
json essence(const json& steps) {
  json kept = json::array();
  for (const json& step : steps) {
    kept.push_back(json::object());
    for (const char* name : {"type", "pattern", "content", "behavior", "invert", "add_prefix_space"})
      if (json value = member(step, name); !value.is_null()) kept.back()[name] = std::move(value);
  }
  return kept;
}

bool cuts_as_clip(const json& steps) {
  json expected = json::parse(kCutting);
  return std::ranges::any_of(kWordExpressions, [&](std::string_view expression) {
    expected[0]["pattern"]["Regex"] = expression;
    return steps == expected;
  });
}

void check_steps(const json& rest, bool is_clip_class, const std::string& where) {
  const auto check = [&](const char* field, const char* list, auto is_of_clip) {
    const json steps = steps_of(member(rest, field), list);
    if (steps.empty() && is_clip_class) return;
    if (steps.empty())
      refuse(where, std::string("it has no ") + field + ", and tokenizer_config.json names no CLIPTokenizer");
    if (is_of_clip(essence(steps))) return;
    std::vector<std::string> types;
    for (const json& step : steps) types.push_back(shown(member(step, "type")));
    refuse(where, std::string("its ") + field + " (" + joined(types).substr(0, 200) + ") is another than CLIP's");
  };
  check("normalizer", "normalizers", [](const json& steps) { return steps == json::parse(kNormalizing); });
  check("pre_tokenizer", "pretokenizers", cuts_as_clip);
}

void TokenizerReader::misfit() const {
  check_model(*model_, where_);
  fail(quoted_text(key_) + (key_ == "vocab" ? " is not an object of token texts and ids" : " is not a list of merges"));
}

TokenizerJson TokenizerReader::finish(bool is_clip_class) {
  if (model_ == nullptr) fail("it has no 'model'; fetch it again");
  check_model(*model_, where_);
  if (!has_vocabulary_ || !has_merges_) {
    fail(std::string("its model has no '") + (has_vocabulary_ ? "merges" : "vocab") + "'; fetch it again");
  }
  check_steps(rest_, is_clip_class, where_);
  json added = member(rest_, "added_tokens");
  if (!added.is_null() && !added.is_array()) fail("'added_tokens' must be a list");
  return {.vocabulary = vocabulary_.finish(),
          .merges = std::move(merges_),
          .added_tokens = std::move(added),
          .texts = std::move(texts_)};
}

}  // namespace

TokenizerJson read_tokenizer_json(std::string_view text, bool is_clip_class, const std::string& where) {
  TokenizerReader reader(text, where);
  json::sax_parse(text, &reader);
  return reader.finish(is_clip_class);
}

}  // namespace redraw
