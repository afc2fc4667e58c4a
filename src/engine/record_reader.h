// The record of a picture, read back.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/record.h"
#include "redraw/request.h"

namespace redraw {

/// What a record says. It comes with a file from anywhere: nothing in it opens a file, and whoever prints any of its
/// texts makes them printable first.
struct Record {
  std::string version = {};  ///< of the program that wrote it
  std::string model = {};    ///< its name
  std::string family = {};
  /// By field: "model", "vae", "model_config", "init", "init_color". Names are as recorded_name writes them. Records of
  /// earlier versions know no sums.
  std::map<std::string, UsedFile> files = {};
  /// Every field by name and as text, in the order of the table; of a file its name.
  std::vector<std::pair<std::string, std::string>> fields = {};
  /// By name and as text.
  std::vector<std::pair<std::string, std::string>> plan = {};
  /// The fields, checked by the table's rules, but for those that name files, and for `output`.
  Request request = {};
  std::string text = {};  ///< the JSON as it stands in the file
};

/// From the bytes of a PNG file. Throws Error: record_missing; record_malformed for what redraw does not write: no
/// JSON, a key twice, more than 8 levels, an unknown field, a value out of its range, a name with a slash or control
/// characters, several records; those of read_png_text. `where` names the file in messages.
Record read_record(std::span<const std::byte> png, const std::string& where);

/// The same of a file, of which nothing but its chunk headers and texts is read. Also throws as read_png_text_file.
Record read_record_file(const std::filesystem::path& path);

/// Of the JSON alone. Throws Error(record_malformed).
Record parse_record(std::string_view text, const std::string& where);

}  // namespace redraw
