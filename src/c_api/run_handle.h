// One run as C sees it: what goes in before it, and what came of it.
#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "c_api/engine_handle.h"
#include "c_api/request_text.h"
#include "redraw/cancellation.h"
#include "redraw/engine.h"
#include "redraw/redraw.h"
#include "redraw/run_events.h"

struct redraw_run {
  /// A picture that was made, as a file. tag: of ExtraPicture, "" for the result itself.
  struct Made {
    std::string tag = {};
    std::vector<std::byte> png = {};
    std::optional<redraw::Result> result = {};  ///< of the result itself, without its pixels
  };

  std::string request;
  redraw::c_api::NamedPictures pictures = {};
  redraw_event_function on_event = nullptr;
  void* user = nullptr;
  redraw::Cancellation cancellation = {};
  std::atomic<bool> is_begun = false;
  bool is_over = false;
  bool is_cancelled = false;
  std::vector<Made> made = {};
  std::string result_json = {};                ///< once it was asked for
  const redraw::Step* step_at_hand = nullptr;  ///< during its event
  std::vector<std::byte> preview = {};
};

namespace redraw::c_api {

/// Runs it and keeps what was made. Returns REDRAW_OK or REDRAW_CANCELLED. Throws Error: what Engine::run_each throws,
/// and usage for a run that was executed before.
int execute(redraw_run& run, redraw_engine& engine);

/// What became of a run that is over, as redraw_run_result gives it.
std::string run_json(const redraw_run& run);

/// The picture after the step whose event is being told. Throws Error: usage outside of it, out_of_range.
const std::vector<std::byte>& preview(redraw_run& run, size_t picture);

}  // namespace redraw::c_api
