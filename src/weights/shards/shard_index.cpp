#include "weights/shards/shard_index.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "base/error.h"
#include "weights/names.h"
#include "weights/safetensors/safetensors_header.h"

namespace redraw {
namespace {

constexpr size_t kMaxFileNameBytes = 255;

bool is_plain_file_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxFileNameBytes && name != "." && name != ".." &&
         name.find_first_of("/\\:") == name.npos && !has_control_character(name);
}

/// Receives the JSON token by token: no document is built, and a name that stands there twice is seen.
class IndexReader final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit IndexReader(std::string_view where) : where_(where) {}

  /// Tensor and file; metadata.
  std::map<std::string, std::string>& weight_map() { return weight_map_; }
  std::map<std::string, std::string>& metadata() { return metadata_; }

  bool null() override { return other_value(); }
  bool boolean(bool) override { return other_value(); }
  bool number_integer(number_integer_t) override { return other_value(); }
  bool number_unsigned(number_unsigned_t) override { return other_value(); }
  bool number_float(number_float_t, const string_t&) override { return other_value(); }
  bool binary(binary_t&) override { return other_value(); }

  bool string(string_t& value) override {
    if (!in_member(kWeightMap)) {
      other_value();
      if (in_member(kMetadata)) add_metadata(value);
      return true;
    }
    if (!is_plain_file_name(value)) {
      throw error(Code::index_leaves_folder, "the file of tensor " + shown_name(key_) + ", " + shown_name(value) +
                                                 ", is not the plain name of a file beside the index");
    }
    if (weight_map_.size() == kMaxTensors) {
      throw malformed("lists more than " + std::to_string(kMaxTensors) + " tensors");
    }
    weight_map_.emplace(std::move(key_), std::move(value));
    return true;
  }

  bool start_object(size_t) override {
    if (depth_ == 1 && member_ == kWeightMap) {
      ++depth_;
      start_member(true);
      return true;
    }
    open_container();
    if (depth_ == 2) start_member(true);
    return true;
  }
  bool start_array(size_t) override {
    if (depth_ == 0) throw malformed("is not a JSON object");
    open_container();
    if (depth_ == 2) start_member(false);
    return true;
  }
  bool key(string_t& key) override {
    if (depth_ == 1) {
      if (!members_.insert(key).second) throw twice(key);
      member_ = std::move(key);
    } else if (depth_ == 2 && (member_ == kWeightMap || member_ == kMetadata)) {
      if (member_ == kWeightMap) check_tensor_name(key);
      if (!keys_.insert(key).second) throw twice(key);
      key_ = std::move(key);
    }
    return true;
  }
  bool end_object() override { return close_container(); }
  bool end_array() override { return close_container(); }

  bool parse_error(size_t position, const std::string&, const nlohmann::json::exception&) override {
    throw malformed("is not valid JSON (byte " + std::to_string(position) + ")");
  }

 private:
  static constexpr std::string_view kWeightMap = "weight_map";
  static constexpr std::string_view kMetadata = "metadata";

  Error error(Code code, const std::string& what) const { return Error(code, std::string(where_) + ": " + what); }
  Error malformed(const std::string& what) const { return error(Code::index_malformed, what); }
  Error twice(const std::string& key) const { return malformed("has " + shown_name(key) + " twice"); }

  /// True for the values of that member's own object.
  bool in_member(std::string_view member) const { return depth_ == 2 && member_is_object_ && member_ == member; }
  void start_member(bool is_object) {
    member_is_object_ = is_object;
    keys_.clear();
  }

  /// Any value but a text: the weight map is an object of texts.
  bool other_value() {
    if (depth_ == 0) throw malformed("is not a JSON object");
    if (depth_ == 1 && member_ == kWeightMap) throw malformed("has a weight_map that is not an object");
    if (in_member(kWeightMap)) throw malformed("has no file name for tensor " + shown_name(key_));
    return true;
  }
  void open_container() {
    if (depth_ > 0) other_value();
    if (++depth_ > kMaxHeaderDepth) {
      throw malformed("is nested more than " + std::to_string(kMaxHeaderDepth) + " levels deep");
    }
  }
  bool close_container() {
    --depth_;
    return true;
  }
  void add_metadata(std::string& value) {
    if (key_.find('\0') != std::string::npos || value.find('\0') != std::string::npos) {
      throw malformed("has a NUL character in its metadata");
    }
    metadata_.emplace(std::move(key_), std::move(value));
  }
  void check_tensor_name(const std::string& name) const {
    if (name.empty() || name.size() > kMaxTensorNameBytes || has_control_character(name)) {
      throw malformed("has a tensor's name that is empty, longer than " + std::to_string(kMaxTensorNameBytes) +
                      " bytes or holds a control character");
    }
  }

  std::string_view where_;
  int depth_ = 0;
  std::set<std::string> members_;
  std::string member_;  // of the index, that the parser is in
  bool member_is_object_ = false;
  std::set<std::string> keys_;  // of that member's object
  std::string key_;
  std::map<std::string, std::string> weight_map_;
  std::map<std::string, std::string> metadata_;
};

}  // namespace

ShardIndex parse_shard_index(std::string_view text, std::string_view where) {
  const auto malformed = [&](const std::string& what) {
    return Error(Code::index_malformed, std::string(where) + ": " + what);
  };
  // The JSON library takes a NUL byte for the end of the text, which would hide what follows.
  if (text.find('\0') != text.npos) throw malformed("holds a NUL byte");
  IndexReader reader(where);
  nlohmann::json::sax_parse(text, &reader);
  if (reader.weight_map().empty()) throw malformed("lists no tensors (a weight_map of tensors and their files)");

  ShardIndex index;
  std::set<std::string> files;
  for (const auto& [tensor, file] : reader.weight_map()) files.insert(file);
  if (files.size() > kMaxShards) {
    throw malformed("names " + std::to_string(files.size()) + " files, more than the " + std::to_string(kMaxShards) +
                    " that redraw opens");
  }
  index.files.assign(files.begin(), files.end());
  index.tensors.reserve(reader.weight_map().size());
  for (const auto& [tensor, file] : reader.weight_map()) {
    const auto position = std::lower_bound(index.files.begin(), index.files.end(), file) - index.files.begin();
    index.tensors.push_back({tensor, static_cast<size_t>(position)});
  }
  index.metadata = std::move(reader.metadata());
  return index;
}

bool is_shard_index_name(std::string_view file_name) {
  constexpr std::string_view kEnd = ".json";
  constexpr std::string_view kMiddle = ".index";
  if (!file_name.ends_with(kEnd)) return false;
  const std::string_view stem = file_name.substr(0, file_name.size() - kEnd.size());
  return stem.ends_with(kMiddle) || stem.substr(0, stem.rfind('.')).ends_with(kMiddle);
}

}  // namespace redraw
