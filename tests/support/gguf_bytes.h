// Builds GGUF files for tests, well-formed or not.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace redraw {

/// A number as little-endian bytes.
template <typename T>
std::string number_bytes(T value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

/// A 64-bit length and the text.
inline std::string gguf_string(std::string_view text) {
  return number_bytes<uint64_t>(text.size()).append(text);
}

/// The numbers of the value types.
enum class GgufType : uint32_t {
  uint8,
  int8,
  uint16,
  int16,
  uint32,
  int32,
  float32,
  boolean,
  string,
  array,
  uint64,
  int64,
  float64
};

/// A file under construction. What is not set is as in a correct file.
class GgufBytes {
 public:
  std::string magic = "GGUF";
  uint32_t version = 3;
  std::vector<std::string> values;   ///< each a key, a type and a value, as bytes
  std::vector<std::string> tensors;  ///< each the description of a tensor, as bytes
  uint64_t missing_values = 0;       ///< counted in the header but missing in the file
  uint64_t missing_tensors = 0;      ///< the same
  uint64_t alignment = 32;           ///< in bytes, of the padding before the data
  std::string data;

  /// A pair whose value is given as bytes.
  GgufBytes& value(std::string_view key, GgufType type, std::string_view bytes) {
    values.push_back(gguf_string(key).append(number_bytes(type)).append(bytes));
    return *this;
  }
  GgufBytes& text(std::string_view key, std::string_view text) {
    return value(key, GgufType::string, gguf_string(text));
  }
  /// The elements as bytes, one after another.
  GgufBytes& array(std::string_view key, GgufType type, uint64_t count, std::string_view elements) {
    return value(key, GgufType::array, number_bytes(type).append(number_bytes(count)).append(elements));
  }
  /// extents: as in the file, innermost first.
  GgufBytes& tensor(std::string_view name, const std::vector<uint64_t>& extents, uint32_t type, uint64_t offset) {
    std::string bytes = gguf_string(name).append(number_bytes(static_cast<uint32_t>(extents.size())));
    for (uint64_t extent : extents) bytes.append(number_bytes(extent));
    tensors.push_back(bytes.append(number_bytes(type)).append(number_bytes(offset)));
    return *this;
  }
  GgufBytes& zeros(size_t count) {
    data.append(count, '\0');
    return *this;
  }

  std::string header() const {
    std::string bytes = magic + number_bytes(version) + number_bytes<uint64_t>(tensors.size() + missing_tensors) +
                        number_bytes<uint64_t>(values.size() + missing_values);
    for (const std::string& value : values) bytes += value;
    for (const std::string& tensor : tensors) bytes += tensor;
    return bytes;
  }
  std::string bytes() const {
    std::string file = header();
    if (!data.empty()) file.resize((file.size() + alignment - 1) / alignment * alignment);
    return file + data;
  }
};

}  // namespace redraw
