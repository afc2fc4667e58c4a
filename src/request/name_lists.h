// The samplers and schedules that a request may name, from their tables.
#pragma once

#include <string>

namespace redraw {

/// A table with a line for each; ends with a line feed.
std::string samplers_text();
std::string schedules_text();

/// {"samplers": [...]} and {"schedules": [...], "spacings": [...]}, one line each.
std::string samplers_json();
std::string schedules_json();

}  // namespace redraw
