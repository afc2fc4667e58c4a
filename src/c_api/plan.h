// The plan of a request that comes as JSON.
#pragma once

#include <string>
#include <string_view>

#include "c_api/engine_handle.h"

namespace redraw::c_api {

/// As `redraw plan --json` prints it, without its line feed. From any thread. Throws Error as request_of_text and
/// Planner::plan.
std::string plan_json(std::string_view request, const CreateOptions& options);

}  // namespace redraw::c_api
