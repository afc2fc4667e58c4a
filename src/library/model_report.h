// What `redraw models inspect` says of a model.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "checkpoint/inspect.h"

namespace redraw {

/// Family, prediction type and how they were decided, precision, size, parts, and every tensor that is missing, has a
/// wrong shape or no place: lines for people. sha256: see model_sha256.
std::string model_report_text(const Checkpoint& checkpoint, const ModelInspection& inspection,
                              const std::string& sha256);
nlohmann::json model_report_json(const Checkpoint& checkpoint, const ModelInspection& inspection,
                                 const std::string& sha256);

}  // namespace redraw
