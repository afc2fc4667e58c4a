// The table of fields as `redraw fields` prints it.
#pragma once

#include <string>

namespace redraw {

/// A table for each group: names, options, values, defaults. Ends with a line feed.
std::string fields_text();

/// {"fields": [{"name": "strength", "group": "steps", "kind": "number", "options": ["--strength", "-f"], ...}]}, in the
/// table's order, on one line.
std::string fields_json();

}  // namespace redraw
