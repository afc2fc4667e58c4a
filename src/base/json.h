// Reading JSON configuration files: bounded, and every mistake named with its file and field.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/input_file.h"

namespace redraw {

/// One JSON object and where it came from, for messages. Getters throw Error: json_missing_field (no default given),
/// json_wrong_type, json_out_of_range. A field that is present and null counts as absent.
class JsonObject {
 public:
  /// Parses text that must be one object; depth at most 32. `where` names the file. Throws Error(json_malformed).
  /// Python's bare -Infinity, Infinity and NaN, which JSON does not know, become strings of those names.
  static JsonObject parse(std::string_view text, std::string where);
  /// A value that the program made itself; `value` is an object.
  static JsonObject of(nlohmann::json value, std::string where);
  /// Reads a file of at most 16 MiB and parses it. Throws as read_text_file and parse.
  static JsonObject read(const std::filesystem::path& path, FileOf of);

  JsonObject(const JsonObject&);
  JsonObject(JsonObject&&) noexcept;
  JsonObject& operator=(JsonObject&&) noexcept;
  ~JsonObject();

  bool has(std::string_view field) const;
  int64_t integer(std::string_view field, int64_t minimum, int64_t maximum,
                  std::optional<int64_t> fallback = std::nullopt) const;
  /// Finite numbers only.
  double number(std::string_view field, double minimum, double maximum,
                std::optional<double> fallback = std::nullopt) const;
  bool boolean(std::string_view field, std::optional<bool> fallback = std::nullopt) const;
  std::string string(std::string_view field, std::optional<std::string> fallback = std::nullopt) const;
  std::vector<std::string> strings(std::string_view field) const;
  /// A list of integers; a single integer is spread to `spread` entries when that is not 0.
  std::vector<int64_t> integers(std::string_view field, int64_t minimum, int64_t maximum, size_t spread = 0) const;
  std::vector<double> numbers(std::string_view field) const;

  const nlohmann::json& raw() const { return *value_; }
  const std::string& where() const { return where_; }

 private:
  JsonObject(std::unique_ptr<nlohmann::json> value, std::string where);
  const nlohmann::json* find(std::string_view field) const;
  const nlohmann::json& require(std::string_view field) const;
  [[noreturn]] void wrong_type(std::string_view field, std::string_view expected) const;

  std::unique_ptr<nlohmann::json> value_;
  std::string where_;
};

}  // namespace redraw
