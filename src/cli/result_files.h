// A result as files.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "jobs/output_folder.h"
#include "redraw/engine.h"

namespace redraw::cli {

/// From here on a file size limit is an error of the write, which cleans up behind itself, and not the end of the
/// program.
void make_file_size_limit_an_error();

/// [{"code": ..., "text": ...}, ...]
nlohmann::json warnings_json(const std::vector<Warning>& warnings);

/// The picture and what belongs to it, under one number: their paths, the picture's first. Throws as
/// OutputFolder::save.
std::vector<std::filesystem::path> save_result(const Result& result, OutputFolder& folder);

}  // namespace redraw::cli
