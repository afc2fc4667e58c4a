#include "redraw/version.h"

namespace redraw {

std::string version() {
  return REDRAW_VERSION;
}

}  // namespace redraw
