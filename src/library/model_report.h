// The report of `redraw models inspect` about a model.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "checkpoint/inspect.h"

namespace redraw {

/// Lines for people: family, prediction type and how they were decided, precision, size and parts. Every tensor is
/// named that is missing, has a wrong shape, or has no place. sha256: see model_sha256.
std::string model_report_text(const Checkpoint& checkpoint, const ModelInspection& inspection,
                              const std::string& sha256);
nlohmann::json model_report_json(const Checkpoint& checkpoint, const ModelInspection& inspection,
                                 const std::string& sha256);

}  // namespace redraw
