#include "weights/gguf/gguf_values.h"

#include <algorithm>
#include <array>
#include <bit>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "base/checked.h"
#include "base/utf8.h"
#include "weights/metadata_keys.h"
#include "weights/names.h"
#include "weights/safetensors/safetensors_header.h"

namespace redraw {
namespace {

template <typename T>
std::string number_text(GgufReader& reader) {
  return std::to_string(reader.number<T>());
}

/// ggml's gguf.h, enum gguf_type: the position is the number that stands in the file.
struct ValueType {
  std::string_view name;
  uint64_t bytes;                                      ///< 0: not always as many
  std::string (*whole_number)(GgufReader&) = nullptr;  ///< reads one
};
constexpr auto kValueTypes = std::to_array<ValueType>({{"uint8", 1, number_text<uint8_t>},
                                                       {"int8", 1, number_text<int8_t>},
                                                       {"uint16", 2, number_text<uint16_t>},
                                                       {"int16", 2, number_text<int16_t>},
                                                       {"uint32", 4, number_text<uint32_t>},
                                                       {"int32", 4, number_text<int32_t>},
                                                       {"float32", 4},
                                                       {"bool", 1},
                                                       {"string", 0},
                                                       {"array", 0},
                                                       {"uint64", 8, number_text<uint64_t>},
                                                       {"int64", 8, number_text<int64_t>},
                                                       {"float64", 8}});
constexpr uint32_t kUint32 = 4;
constexpr uint32_t kInt32 = 5;
constexpr uint32_t kBool = 7;
constexpr uint32_t kString = 8;
constexpr uint32_t kArray = 9;

constexpr std::string_view kAlignmentKey = "general.alignment";
constexpr std::string_view kOriginalShapePrefix = "comfy.gguf.orig_shape.";

class ValuesReader {
 public:
  explicit ValuesReader(GgufReader& reader) : reader_(reader) {}

  GgufValues read(uint64_t count) {
    for (uint64_t i = 0; i < count; ++i) read_pair();
    return std::move(values_);
  }

 private:
  Error malformed(const std::string& what) const {
    return reader_.error(Code::gguf_malformed, "key " + shown_name(key_) + " " + what);
  }

  void read_pair() {
    std::string key = reader_.string(kMaxGgufKeyBytes, Code::gguf_too_large, "a key");
    if (key.empty() || !is_utf8(key) || has_control_character(key)) {
      throw reader_.error(Code::gguf_malformed, "key " + std::to_string(keys_.size() + 1) +
                                                    " is empty, not UTF-8 or holds a control character");
    }
    key_ = key;
    if (!keys_.insert(std::move(key)).second) throw malformed("stands there twice");
    const uint32_t type = read_type();
    if (key_ == kAlignmentKey) {
      read_alignment(type);
    } else if (key_.starts_with(kOriginalShapePrefix)) {
      read_original_shape(type);
    } else if (is_used_metadata_key(key_)) {
      read_used(type);
    } else if (type == kString) {
      keep_string();
    } else if (type == kArray) {
      pass_array();
    } else {
      pass_numbers(type, 1);
    }
  }

  uint32_t read_type() {
    const auto type = reader_.number<uint32_t>();
    if (type >= kValueTypes.size()) throw malformed("has a value of the unknown type " + std::to_string(type));
    return type;
  }

  void expect_type(uint32_t type, uint32_t expected) const {
    if (type != expected) {
      throw malformed("must be of type " + std::string(kValueTypes.at(expected).name) + ", not " +
                      std::string(kValueTypes.at(type).name));
    }
  }

  void read_alignment(uint32_t type) {
    expect_type(type, kUint32);
    const auto alignment = reader_.number<uint32_t>();
    if (!std::has_single_bit(alignment) || alignment > kMaxGgufAlignment) {
      throw malformed("must be a power of two from 1 to " + std::to_string(kMaxGgufAlignment) + ", not " +
                      std::to_string(alignment));
    }
    values_.alignment = alignment;
  }

  void read_original_shape(uint32_t type) {
    expect_type(type, kArray);
    expect_type(read_type(), kInt32);
    const auto rank = reader_.number<uint64_t>();
    if (rank > Shape::kMaxRank) {
      throw malformed("has more than the " + std::to_string(Shape::kMaxRank) + " dimensions that redraw supports");
    }
    std::vector<int64_t> extents(rank);
    int64_t elements = 1;
    for (int64_t& extent : extents) {
      extent = reader_.number<int32_t>();
      if (extent < 0) throw malformed("has a negative dimension");
      elements = checked_mul(elements, extent, Code::gguf_malformed, malformed("has a shape").what());
    }
    values_.original_shapes.emplace(key_.substr(kOriginalShapePrefix.size()), Shape(std::span<const int64_t>(extents)));
  }

  // A training step may stand there as a number.
  void read_used(uint32_t type) {
    if (const auto whole_number = kValueTypes.at(type).whole_number) {
      values_.metadata.emplace(key_, whole_number(reader_));
      return;
    }
    expect_type(type, kString);
    const auto length = reader_.number<uint64_t>();
    if (length > kMaxMetadataValue) {
      throw reader_.error(Code::gguf_too_large, "key " + shown_name(key_) + " has a text of " + std::to_string(length) +
                                                    " bytes, more than the " + std::to_string(kMaxMetadataValue) +
                                                    " that redraw reads");
    }
    keep_text(length);
  }

  // What is longer, nobody here looks at.
  void keep_string() {
    const auto length = reader_.number<uint64_t>();
    const uint64_t bytes = key_.size() + std::min<uint64_t>(length, kMaxMetadataBytes);
    if (length > kMaxMetadataValue || kept_bytes_ + bytes > kMaxMetadataBytes) {
      if (values_.metadata_passed_over.size() < kMostPassedOver)
        values_.metadata_passed_over.push_back(shown_name(key_));
      return reader_.skip(length);
    }
    kept_bytes_ += bytes;
    keep_text(length);
  }

  void keep_text(uint64_t length) {
    std::string value = reader_.text(length);
    if (!is_utf8(value) || value.find('\0') != std::string::npos) {
      throw malformed("has a text that is not UTF-8 or holds a NUL character");
    }
    values_.metadata.emplace(key_, std::move(value));
  }

  void pass_array() {
    const uint32_t type = read_type();
    const auto count = reader_.number<uint64_t>();
    if (type == kArray) throw malformed("holds an array of arrays");
    if (type != kString) return pass_numbers(type, count);
    for (uint64_t i = 0; i < count; ++i) reader_.skip(reader_.number<uint64_t>());
  }

  void pass_numbers(uint32_t type, uint64_t count) {
    const uint64_t width = kValueTypes.at(type).bytes;
    if (type != kBool) {
      // More than the file holds, also where the product would wrap; skip says so.
      const bool fits = count <= reader_.remaining() / width;
      return reader_.skip(fits ? count * width : UINT64_MAX);
    }
    for (uint64_t i = 0; i < count; ++i) {
      if (reader_.number<uint8_t>() > 1) throw malformed("has a bool that is neither 0 nor 1");
    }
  }

  GgufReader& reader_;
  GgufValues values_;
  std::set<std::string> keys_;
  std::string key_;
  uint64_t kept_bytes_ = 0;
};

}  // namespace

GgufValues read_gguf_values(GgufReader& reader, uint64_t count) {
  if (count > kMaxMetadataEntries) {
    throw reader.error(Code::gguf_too_large, "has " + std::to_string(count) + " keys, more than the " +
                                                 std::to_string(kMaxMetadataEntries) + " that redraw reads");
  }
  return ValuesReader(reader).read(count);
}

}  // namespace redraw
