#include "redraw/run_events.h"

namespace redraw {

std::string_view name_of(Phase phase) {
  switch (phase) {
    case Phase::load:
      return "load";
    case Phase::text:
      return "text";
    case Phase::encode:
      return "encode";
    case Phase::denoise:
      return "denoise";
    case Phase::decode:
      return "decode";
    case Phase::save:
      return "save";
  }
  return "";
}

}  // namespace redraw
