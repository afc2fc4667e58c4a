// Which version of redraw this is.
#pragma once

#include <string>

namespace redraw {

/// "0.1.0"
std::string version();

}  // namespace redraw
