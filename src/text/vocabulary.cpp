#include "text/vocabulary.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "text/quote.h"

namespace redraw {
namespace {

constexpr int64_t kMaxEntries = int64_t{1} << 24;
/// A guess of the bytes an entry takes in the file ("word</w>":12345,), to size the table once.
constexpr size_t kBytesPerEntry = 16;

/// Two texts of one vocabulary with the same 64 bits count as the same text. By chance that happens in one of 10^10
/// vocabularies of the size of CLIP's. Then the vocabulary is refused, not misread.
uint64_t text_key(std::string_view text) {
  const uint64_t hash = std::hash<std::string_view>()(text);
  return hash == 0 ? 1 : hash;
}

}  // namespace

Vocabulary::Builder::Builder(std::string where, size_t entries, size_t bytes) : where_(std::move(where)) {
  vocabulary_.texts_.reserve(bytes);
  vocabulary_.starts_.reserve(entries);
  vocabulary_.table_ = ProbeTable<Entry>(entries);
  seen_.reserve(entries);
}

void Vocabulary::Builder::fail(const std::string& what) const {
  throw Error(Code::tokenizer_malformed, where_ + ": " + what);
}

void Vocabulary::Builder::refuse_id(const std::string& found) const {
  fail("the id of " + quoted_text(text_) + " is " + found + "; ids are integers from 0 to " +
       std::to_string(kMaxEntries - 1));
}

void Vocabulary::Builder::add_text(std::string_view text) {
  if (vocabulary_.size() == kMaxEntries) fail("more than " + std::to_string(kMaxEntries) + " entries");
  vocabulary_.starts_.push_back(static_cast<uint32_t>(vocabulary_.texts_.size()));
  vocabulary_.texts_ += text;
  text_ = text;
}

void Vocabulary::Builder::add_id(uint64_t id) {
  if (id >= static_cast<uint64_t>(kMaxEntries)) refuse_id(std::to_string(id));
  const auto index = static_cast<size_t>(id);
  if (index >= seen_.size()) seen_.resize(index + 1, false);
  if (seen_[index]) fail("id " + std::to_string(id) + " of " + quoted_text(text_) + " is taken by another entry");
  seen_[index] = true;
  highest_ = std::max(highest_, static_cast<int64_t>(id));
  const auto number = static_cast<int32_t>(vocabulary_.size());
  if (!vocabulary_.table_.add(text_key(text_), {number, static_cast<int32_t>(id)}))
    fail(quoted_text(text_) + " is there twice");
}

Vocabulary Vocabulary::Builder::finish() {
  const int64_t count = vocabulary_.size();
  if (count == 0) fail("no entries; the file must list the model's tokens");
  if (highest_ != count - 1)
    fail("the highest id is " + std::to_string(highest_) + " but there are " + std::to_string(count) +
         " entries; ids must be 0.." + std::to_string(count - 1) + " without gaps");
  vocabulary_.starts_.push_back(static_cast<uint32_t>(vocabulary_.texts_.size()));
  return std::move(vocabulary_);
}

namespace {

/// Takes the JSON as a stream of events: a tree of 50,000 nodes would cost more time than everything else at load.
class VocabularyReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  VocabularyReader(size_t json_bytes, const std::string& where)
      : where_(where), builder_(where, json_bytes / kBytesPerEntry, json_bytes) {}

  Vocabulary finish() { return builder_.finish(); }

  bool start_object(std::size_t) override {
    if (inside_) bad_id("an object");
    inside_ = true;
    return true;
  }
  bool end_object() override { return true; }

  bool key(string_t& text) override {
    builder_.add_text(text);
    return true;
  }

  bool number_unsigned(number_unsigned_t id) override {
    require_inside();
    builder_.add_id(id);
    return true;
  }
  bool number_integer(number_integer_t id) override { bad_id(std::to_string(id)); }
  bool number_float(number_float_t, const string_t& digits) override { bad_id(digits); }
  bool string(string_t&) override { bad_id("a string"); }
  bool boolean(bool) override { bad_id("a boolean"); }
  bool null() override { bad_id("null"); }
  bool binary(binary_t&) override { bad_id("binary"); }
  bool start_array(std::size_t) override { bad_id("a list"); }
  bool end_array() override { return true; }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) override {
    fail("not JSON, or not UTF-8, at byte " + std::to_string(position));
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(Code::tokenizer_malformed, where_ + ": " + what);
  }
  void require_inside() const {
    if (!inside_) fail("not a JSON object of token texts and ids");
  }
  [[noreturn]] void bad_id(const std::string& found) const {
    require_inside();
    builder_.refuse_id(found);
  }

  const std::string& where_;
  Vocabulary::Builder builder_;
  bool inside_ = false;
};

}  // namespace

Vocabulary Vocabulary::parse(std::string_view json, const std::string& where) {
  VocabularyReader reader(json.size(), where);
  nlohmann::json::sax_parse(json, &reader);
  return reader.finish();
}

std::optional<int32_t> Vocabulary::find(std::string_view text) const {
  const Entry* entry = table_.find(text_key(text));
  if (entry == nullptr || text_of(entry->number) != text) return std::nullopt;
  return entry->id;
}

std::string_view Vocabulary::text_of(int32_t number) const {
  const auto index = static_cast<size_t>(number);
  return std::string_view(texts_).substr(starts_[index], starts_[index + 1] - starts_[index]);
}

bool Vocabulary::has_entries_of(const Vocabulary& other) const {
  for (int32_t number = 0; number < static_cast<int32_t>(other.size()); ++number) {
    const std::string_view text = other.text_of(number);
    if (find(text) != other.find(text)) return false;
  }
  return true;
}

}  // namespace redraw
