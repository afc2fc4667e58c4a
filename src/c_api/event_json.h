// Events of a run as JSON, one line each; include/redraw/redraw.h has the list.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "redraw/run_events.h"

namespace redraw::c_api {

std::string event_json(const PhaseEvent& event);
std::string event_json(const SchedulePlan& plan);
std::string event_json(const Note& note);
std::string event_json(const Step& step);
/// A finished picture. index: among those of the run, pictures besides the result counted too.
std::string picture_event_json(size_t index, uint64_t seed);

}  // namespace redraw::c_api
