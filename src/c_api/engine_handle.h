// The engine behind a redraw_engine, and whose turn it is.
#pragma once

#include <atomic>
#include <mutex>
#include <string_view>
#include <thread>

#include "redraw/cancellation.h"
#include "redraw/engine.h"

namespace redraw::c_api {

/// What redraw_create's options say.
struct CreateOptions {
  EngineOptions engine = {};
  bool allow_files = false;  ///< requests may name files
};

/// An empty text: the defaults. Throws Error: json_malformed, unknown_field with the nearest name, usage for a value of
/// another type.
CreateOptions read_create_options(std::string_view text);

/// An engine runs one run at a time; runs of other threads wait here.
class Turn {
 public:
  /// Waits until no other run is on. False when the run is cancelled meanwhile. Throws Error(usage) in a thread that
  /// has the turn already, which would wait for itself.
  bool take(const Cancellation& cancellation);
  void give_back();

 private:
  std::timed_mutex mutex_;
  std::atomic<std::thread::id> holder_ = std::thread::id();
};

}  // namespace redraw::c_api

struct redraw_engine {
  redraw::c_api::CreateOptions options;
  redraw::Engine engine;
  redraw::c_api::Turn turn = {};
};
