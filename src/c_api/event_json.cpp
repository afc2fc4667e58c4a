#include "c_api/event_json.h"

#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "engine/schedule_plan_text.h"

namespace redraw::c_api {
namespace {

const char* kind_name(NoteKind kind) {
  switch (kind) {
    case NoteKind::info:
      return "info";
    case NoteKind::hint:
      return "hint";
    case NoteKind::warning:
      return "warning";
  }
  return "";
}

}  // namespace

std::string event_json(const PhaseEvent& event) {
  nlohmann::json json = {{"event", "phase"}, {"phase", name_of(event.phase)}, {"is_end", event.is_end}};
  if (event.is_end) json.update({{"seconds", event.seconds}, {"is_reused", event.is_reused}});
  return json_text(json);
}

std::string event_json(const SchedulePlan& plan) {
  return json_text({{"event", "plan"}, {"plan", nlohmann::json::parse(schedule_json(plan))}});
}

std::string event_json(const Note& note) {
  return json_text({{"event", "note"}, {"kind", kind_name(note.kind)}, {"code", note.code}, {"text", note.text}});
}

std::string event_json(const Step& step) {
  return json_text({{"event", "step"},
                    {"index", step.index},
                    {"count", step.count},
                    {"timestep", step.timestep},
                    {"sigma", step.sigma},
                    {"seconds", step.seconds},
                    {"seconds_left", step.seconds_left},
                    {"pictures", step.pictures}});
}

std::string picture_event_json(size_t index, uint64_t seed) {
  return json_text({{"event", "picture"}, {"index", index}, {"seed", seed}});
}

}  // namespace redraw::c_api
