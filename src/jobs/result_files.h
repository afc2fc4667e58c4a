// A result as files, and as a line of JSON.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "jobs/output_folder.h"
#include "redraw/result.h"

namespace redraw {

/// [{"code": ..., "text": ...}, ...] of notes that are warnings.
nlohmann::json warnings_json(const std::vector<Note>& notes);

/// "text", "encode": the phases whose result an earlier run had left.
std::vector<std::string> reused_phases(const Result& result);

/// The picture and what belongs to it, under one number: their paths, the picture's first. Tells the phase of saving.
/// Throws as OutputFolder::save.
std::vector<std::filesystem::path> save_result(const Result& result, OutputFolder& folder,
                                               const RunEvents& events = {});

/// What a program may want to know of a result beside its pictures: size, seed, plan, record, seconds, warnings.
nlohmann::json result_fields(const Result& result);

/// The same with its files, on one line. paths: as from save_result.
std::string result_json(const Result& result, const std::vector<std::filesystem::path>& paths);

}  // namespace redraw
