#include "c_api/run_handle.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "base/json_text.h"
#include "c_api/event_json.h"
#include "image/encode.h"
#include "jobs/result_files.h"

namespace redraw::c_api {

std::string run_json(const redraw_run& run) {
  nlohmann::json pictures = nlohmann::json::array();
  for (const redraw_run::Made& made : run.made) {
    nlohmann::json picture = made.result ? result_fields(*made.result) : nlohmann::json::object();
    picture["tag"] = made.tag;
    pictures.push_back(std::move(picture));
  }
  return json_text({{"cancelled", run.is_cancelled}, {"pictures", pictures}});
}

namespace {

void tell(const redraw_run& run, const std::string& event) {
  if (run.on_event != nullptr) run.on_event(event.c_str(), run.user);
}

// Its pictures move into the run: the result first, then those besides it.
void keep(redraw_run& run, Result result) {
  const size_t index = run.made.size();
  const uint64_t seed = result.seed;
  std::vector<ExtraPicture> extras = std::exchange(result.extras, {});
  result.rgb = {};
  std::vector<std::byte> png = std::exchange(result.png, {});
  run.made.push_back({.tag = "", .png = std::move(png), .result = std::move(result)});
  for (ExtraPicture& extra : extras) run.made.push_back({.tag = std::move(extra.tag), .png = std::move(extra.png)});
  tell(run, picture_event_json(index, seed));
}

RunEvents events_of(redraw_run& run) {
  RunEvents events{.on_picture = [&run](Result result) { keep(run, std::move(result)); }};
  if (run.on_event == nullptr) return events;  // so that nothing is made into JSON for nobody
  events.on_phase = [&run](const PhaseEvent& event) { tell(run, event_json(event)); };
  events.on_plan = [&run](const SchedulePlan& plan) { tell(run, event_json(plan)); };
  events.on_note = [&run](const Note& note) { tell(run, event_json(note)); };
  events.on_step = [&run](const Step& step) {
    run.step_at_hand = &step;
    tell(run, event_json(step));
    run.step_at_hand = nullptr;
  };
  return events;
}

// The end of a run, however it ends: the engine is free for the next one, and what was made can be asked for.
class Running {
 public:
  Running(redraw_run& run, redraw_engine& engine) : run_(run), engine_(engine) {
    has_turn_ = engine.turn.take(run.cancellation);
    if (run.is_begun.exchange(true)) {
      if (has_turn_) engine.turn.give_back();
      throw Error(Code::usage, "this run was executed before; make a new one with redraw_run_create");
    }
  }
  ~Running() {
    run_.step_at_hand = nullptr;
    run_.is_over = true;
    if (has_turn_) engine_.turn.give_back();
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  bool has_turn() const { return has_turn_; }

 private:
  redraw_run& run_;
  redraw_engine& engine_;
  bool has_turn_ = false;
};

}  // namespace

int execute(redraw_run& run, redraw_engine& engine) {
  const Running running(run, engine);
  const Request request = request_of_text(run.request, run.pictures, engine.options.allow_files);
  run.is_cancelled = !running.has_turn() || engine.engine.run_each(request, events_of(run), run.cancellation).cancelled;
  return run.is_cancelled ? REDRAW_CANCELLED : REDRAW_OK;
}

const std::vector<std::byte>& preview(redraw_run& run, size_t picture) {
  if (run.step_at_hand == nullptr) throw Error(Code::usage, "a preview can only be asked for during an event \"step\"");
  const auto pictures = static_cast<size_t>(run.step_at_hand->pictures);
  if (picture >= pictures) {
    throw Error(Code::out_of_range, "picture is " + std::to_string(picture) + "; this step is of " +
                                        std::to_string(pictures) + ", counted from 0");
  }
  PreviewPicture shown = run.step_at_hand->preview(static_cast<int64_t>(picture));
  run.preview = encode_png({.width = shown.width, .height = shown.height, .pixels = std::move(shown.rgb)});
  return run.preview;
}

}  // namespace redraw::c_api
