// A record for people and for programs.
#pragma once

#include <filesystem>
#include <string>

#include "engine/record_reader.h"

namespace redraw {

/// Lines: the file, then its model, files, fields and plan in a table. Texts of the record are in it as they stand
/// there; whoever prints it makes it printable.
std::string record_text(const Record& record, const std::filesystem::path& file);

/// {"file": ..., "record": ...}, on one line.
std::string record_line_json(const Record& record, const std::filesystem::path& file);

}  // namespace redraw
