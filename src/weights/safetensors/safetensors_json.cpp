#include "weights/safetensors/safetensors_json.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/checked.h"
#include "base/error.h"
#include "base/utf8.h"
#include "weights/header_limits.h"
#include "weights/long_texts.h"
#include "weights/metadata_keys.h"
#include "weights/names.h"

namespace redraw {
namespace {

constexpr std::string_view kMetadataKey = "__metadata__";

/// What is needed to say where the parser stands, shared by the bytes it reads and the events it sends.
struct Progress {
  std::string_view where;
  size_t piece_bytes = 0;  ///< read since the last event
};

/// The header's bytes as the JSON library reads them. The library collects each token (and the white space before it)
/// in memory, so one endless token would be copied whole: this is where it is stopped. The library also takes a NUL
/// byte for the end of the text, which would hide what follows.
class HeaderBytes {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = char;

  HeaderBytes(const char* position, Progress* progress) : position_(position), progress_(progress) {}

  char operator*() const {
    if (*position_ == '\0') {
      throw Error(Code::safetensors_malformed_json,
                  std::string(progress_->where) +
                      ": the header holds a NUL byte, where the format has spaces alone; save the file again "
                      "with the safetensors library, or fetch it again");
    }
    if (++progress_->piece_bytes > kMaxPieceBytes) {
      throw Error(Code::safetensors_header_too_large,
                  std::string(progress_->where) + ": the header holds a number or a run of spaces of more than " +
                      std::to_string(kMaxPieceBytes) + " bytes; fetch the file again");
    }
    return *position_;
  }
  HeaderBytes& operator++() {
    ++position_;
    return *this;
  }
  HeaderBytes operator++(int) {
    HeaderBytes before = *this;
    ++position_;
    return before;
  }
  bool operator==(const HeaderBytes& other) const { return position_ == other.position_; }
  bool operator!=(const HeaderBytes& other) const { return position_ != other.position_; }

 private:
  const char* position_;
  Progress* progress_;
};

/// Receives the header's JSON token by token (no document is built) and checks every entry as it closes.
class HeaderReader final : public nlohmann::json_sax<nlohmann::json> {
 public:
  HeaderReader(Progress* progress, std::string_view text, uint64_t data_size)
      : progress_(progress), text_(text), data_size_(data_size) {}

  std::vector<TensorEntry>& tensors() { return tensors_; }
  std::map<std::string, std::string>& metadata() { return metadata_; }
  std::vector<std::string>& passed_over() { return passed_over_; }

  bool null() override { return is_no_metadata() || other_scalar(); }
  bool boolean(bool) override { return other_scalar(); }
  bool number_integer(number_integer_t) override { return other_scalar(); }  // the negative ones, -0 included
  bool number_float(number_float_t, const string_t&) override { return other_scalar(); }
  bool binary(binary_t&) override { return other_scalar(); }

  bool number_unsigned(number_unsigned_t value) override {
    event();
    if (pending_) return true;
    if (place_ == Place::shape) {
      if (extents_.size() == Shape::kMaxRank) {
        throw tensor_error(Code::safetensors_bad_shape,
                           "has more than the " + std::to_string(Shape::kMaxRank) + " dimensions that redraw supports");
      }
      extents_.push_back(value);
    } else if (place_ == Place::offsets && offsets_.size() < 2) {
      offsets_.push_back(value);
    } else {
      throw misfit();
    }
    return true;
  }

  bool string(string_t& value) override {
    event();
    if (pending_) return true;
    if (place_ == Place::metadata) {
      add_metadata(value);
    } else if (place_ == Place::entry && field_ == Field::dtype) {
      dtype_ = dtype_from_name(value);
      if (!dtype_) {
        throw tensor_error(Code::safetensors_unknown_dtype, "has the unknown element type " + shown_name(value));
      }
    } else {
      throw misfit();
    }
    return true;
  }

  bool start_object(size_t) override {
    open_container();
    if (pending_) return true;
    if (place_ == Place::outside) {
      place_ = Place::top;
    } else if (place_ == Place::top && name_ == kMetadataKey) {
      place_ = Place::metadata;
    } else if (place_ == Place::top) {
      place_ = Place::entry;
      fields_seen_.fill(false);
      extents_.clear();
      offsets_.clear();
    } else {
      expect_misfit();
    }
    return true;
  }

  bool start_array(size_t) override {
    open_container();
    if (pending_) return true;
    if (place_ == Place::entry && field_ == Field::shape) {
      place_ = Place::shape;
    } else if (place_ == Place::entry && field_ == Field::data_offsets) {
      place_ = Place::offsets;
    } else {
      expect_misfit();
    }
    return true;
  }

  bool key(string_t& key) override {
    event();
    if (pending_) return true;
    if (place_ == Place::top) {
      start_tensor(key);
    } else if (place_ == Place::entry) {
      start_field(key);
    } else {
      start_metadata(key);
    }
    return true;
  }

  bool end_object() override {
    if (close_container()) return true;
    if (place_ == Place::entry) finish_tensor();
    place_ = place_ == Place::top ? Place::outside : Place::top;
    return true;
  }

  bool end_array() override {
    if (close_container()) return true;
    if (place_ == Place::offsets && offsets_.size() != 2) throw misfit();
    place_ = Place::entry;
    return true;
  }

  bool parse_error(size_t position, const std::string&, const nlohmann::json::exception&) override {
    if (!is_utf8(text_)) {
      throw Error(Code::safetensors_invalid_utf8, in_file("the header is not valid UTF-8"));
    }
    throw Error(Code::safetensors_malformed_json,
                in_file("the header is not valid JSON (byte " + std::to_string(position) + " of the header)"));
  }

 private:
  enum class Place { outside, top, entry, shape, offsets, metadata };
  enum class Field { dtype, shape, data_offsets };
  static constexpr std::array<std::string_view, 3> kFieldNames{"dtype", "shape", "data_offsets"};

  void event() { progress_->piece_bytes = 0; }
  // "__metadata__": null, which Rust's library takes for none.
  bool is_no_metadata() {
    event();
    return !pending_ && place_ == Place::top && name_ == kMetadataKey;
  }

  std::string in_file(std::string_view what) const { return std::string(progress_->where) + ": " + std::string(what); }
  Error tensor_error(Code code, std::string_view what) const {
    return Error(code, in_file("tensor " + shown_name(name_) + " " + std::string(what)));
  }

  /// The error for a value that cannot stand where the parser is.
  Error misfit() const {
    if (place_ == Place::metadata || (place_ == Place::top && name_ == kMetadataKey)) {
      return Error(Code::safetensors_bad_metadata,
                   in_file("__metadata__ must map strings to strings, by the format; the tensors may be "
                           "whole: save the file again with the safetensors library"));
    }
    if (place_ == Place::top) return tensor_error(Code::safetensors_bad_entry, "is not described by an object");
    if (place_ == Place::shape || (place_ == Place::entry && field_ == Field::shape)) {
      return tensor_error(Code::safetensors_bad_shape, "needs a shape that is a list of non-negative whole numbers");
    }
    if (place_ == Place::entry && field_ == Field::dtype) {
      return tensor_error(Code::safetensors_unknown_dtype, "has a dtype that is not a string");
    }
    return tensor_error(Code::safetensors_bad_offsets, "needs data_offsets that are two non-negative whole numbers");
  }

  bool other_scalar() {
    event();
    if (!pending_) throw misfit();
    return true;
  }

  void open_container() {
    event();
    if (++depth_ > kMaxHeaderDepth) {
      throw Error(Code::safetensors_nested_too_deep,
                  in_file("the header is nested more than " + std::to_string(kMaxHeaderDepth) + " levels deep"));
    }
  }

  /// A list or object that cannot stand here is read to its end before it is refused, so that bad JSON or bottomless
  /// nesting inside it is reported as what it is.
  void expect_misfit() {
    pending_ = misfit();
    pending_depth_ = depth_;
  }

  /// Returns true while inside a container that will be refused.
  bool close_container() {
    event();
    if (pending_ && depth_ == pending_depth_) throw Error(*pending_);
    --depth_;
    return pending_.has_value();
  }

  void start_tensor(std::string& name) {
    name_ = std::move(name);
    if (name_ == kMetadataKey) {
      if (metadata_seen_) throw Error(Code::safetensors_duplicate_key, in_file("__metadata__ stands there twice"));
      metadata_seen_ = true;
      return;
    }
    if (name_.size() > kMaxTensorNameBytes) {
      throw tensor_error(Code::safetensors_bad_name,
                         "has a name of more than " + std::to_string(kMaxTensorNameBytes) + " bytes");
    }
    if (has_control_character(name_)) {
      throw tensor_error(Code::safetensors_bad_name, "has a control character in its name");
    }
    if (tensors_.size() == kMaxTensors) {
      throw Error(Code::safetensors_too_many_tensors,
                  in_file("has more than " + std::to_string(kMaxTensors) + " tensors"));
    }
  }

  void start_field(const std::string& key) {
    const auto it = std::find(kFieldNames.begin(), kFieldNames.end(), key);
    if (it == kFieldNames.end()) {
      throw tensor_error(Code::safetensors_unknown_field, "has the unknown field " + shown_name(key));
    }
    const auto index = static_cast<size_t>(it - kFieldNames.begin());
    if (fields_seen_[index]) throw tensor_error(Code::safetensors_duplicate_key, "has the field " + key + " twice");
    fields_seen_[index] = true;
    field_ = static_cast<Field>(index);
  }

  void start_metadata(std::string& key) {
    if (metadata_.contains(key)) {
      throw Error(Code::safetensors_duplicate_key, in_file("__metadata__ has " + shown_name(key) + " twice"));
    }
    metadata_key_ = std::move(key);
  }

  void add_metadata(const std::string& value) {
    const bool is_used = is_used_metadata_key(metadata_key_);
    const bool has_nul = metadata_key_.find('\0') != std::string::npos || value.find('\0') != std::string::npos;
    if (is_used && (has_nul || value.size() > kMaxMetadataValue || metadata_key_.size() > kMaxTensorNameBytes)) {
      throw Error(Code::safetensors_bad_metadata,
                  in_file("__metadata__ has a value of " + shown_name(metadata_key_) + " that is longer than " +
                          std::to_string(kMaxMetadataValue) + " bytes or holds a NUL character"));
    }
    const size_t bytes = metadata_key_.size() + value.size();
    const bool fits = value.size() <= kMaxMetadataValue && metadata_.size() < kMaxMetadataEntries &&
                      metadata_bytes_ + bytes <= kMaxMetadataBytes;
    if (has_nul || (!fits && !is_used)) {
      if (passed_over_.size() < kMostPassedOver) passed_over_.push_back(shown_name(metadata_key_));
      return;
    }
    metadata_bytes_ += bytes;
    metadata_.emplace(std::move(metadata_key_), value);
  }

  void finish_tensor() {
    for (size_t i = 0; i < kFieldNames.size(); ++i) {
      if (!fields_seen_[i]) {
        throw tensor_error(Code::safetensors_missing_field, "has no " + std::string(kFieldNames[i]));
      }
    }
    const std::string what = "tensor " + shown_name(name_);
    std::array<int64_t, Shape::kMaxRank> extents{};
    int64_t bytes = dtype_bytes(*dtype_);
    for (size_t i = 0; i < extents_.size(); ++i) {
      if (extents_[i] > INT64_MAX) {
        throw tensor_error(Code::safetensors_shape_overflow, "has a dimension of more than 2^63 - 1");
      }
      extents[i] = static_cast<int64_t>(extents_[i]);
      bytes = checked_mul(bytes, extents[i], Code::safetensors_shape_overflow, in_file(what));
    }
    const uint64_t begin = offsets_[0];
    const uint64_t end = offsets_[1];
    if (begin > end) {
      throw tensor_error(Code::safetensors_offsets_reversed,
                         "ends before it begins (" + std::to_string(begin) + ", " + std::to_string(end) + ")");
    }
    if (end > data_size_) {
      throw tensor_error(Code::safetensors_offset_out_of_range,
                         "ends at byte " + std::to_string(end) + " of the data, which has only " +
                             std::to_string(data_size_) + "; the file may be cut short: fetch it again");
    }
    const Shape shape(std::span<const int64_t>(extents.data(), extents_.size()));
    if (end - begin != static_cast<uint64_t>(bytes)) {
      throw tensor_error(Code::safetensors_size_mismatch, "has " + std::to_string(end - begin) + " bytes but " +
                                                              std::string(dtype_name(*dtype_)) + " " +
                                                              shape.to_string() + " needs " + std::to_string(bytes));
    }
    tensors_.push_back({std::move(name_), *dtype_, shape, static_cast<size_t>(begin), static_cast<size_t>(end)});
  }

  Progress* progress_;
  std::string_view text_;
  uint64_t data_size_;

  Place place_ = Place::outside;
  int depth_ = 0;
  std::optional<Error> pending_;
  int pending_depth_ = 0;

  std::string name_;  // of the tensor at hand
  Field field_ = Field::dtype;
  std::array<bool, kFieldNames.size()> fields_seen_{};
  std::optional<DType> dtype_;
  std::vector<uint64_t> extents_;
  std::vector<uint64_t> offsets_;

  bool metadata_seen_ = false;
  std::string metadata_key_;
  size_t metadata_bytes_ = 0;  // kept

  std::vector<TensorEntry> tensors_;
  std::map<std::string, std::string> metadata_;
  std::vector<std::string> passed_over_;
};

}  // namespace

SafetensorsJson read_safetensors_json(std::string_view text, uint64_t data_size, std::string_view where) {
  const std::optional<std::string> shortened = without_long_texts(text, kMaxMetadataValue, where);
  if (shortened) text = *shortened;
  Progress progress{where};
  HeaderReader reader(&progress, text, data_size);
  nlohmann::json::sax_parse(HeaderBytes(text.data(), &progress), HeaderBytes(text.data() + text.size(), &progress),
                            &reader);
  return {std::move(reader.tensors()), std::move(reader.metadata()), std::move(reader.passed_over())};
}

}  // namespace redraw
