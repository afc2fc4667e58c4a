// redraw as a library: one request in, one picture out. See examples/embed.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "redraw/error.h"
#include "redraw/request.h"
#include "redraw/run_events.h"
#include "redraw/schedule_plan.h"
#include "redraw/version.h"

namespace redraw {

/// Called during a run, from the thread that called Engine::run. All may be empty.
struct Observer {
  std::function<void(const std::string&)> on_line;  ///< what was decided, a sentence for people each: the plan is one
  std::function<void(const Step&)> on_step;
};

/// Something that a person should know of a run that is made all the same.
struct Warning {
  std::string code;  ///< for programs: "prompt_cut", "prompt_syntax"
  std::string text;  ///< a line for people
};

/// A picture besides the result: the strip of the steps ("steps"), an intermediate one ("step-03").
struct ExtraPicture {
  std::string tag;
  std::vector<std::byte> png;
};

struct Result {
  bool cancelled = false;  ///< then there are no pictures
  int64_t width = 0;
  int64_t height = 0;
  std::vector<uint8_t> rgb;    ///< width * height * 3, rows from the top
  std::vector<std::byte> png;  ///< the picture as a file, with the metadata in it; equal requests give equal bytes
  std::string metadata;        ///< JSON: every field with where its value came from, the plan, the version
  std::vector<ExtraPicture> extras;
  std::vector<Warning> warnings;  ///< each was a line of Observer::on_line before the first step
  uint64_t seed = 0;              ///< the one used: the request's, or drawn
  int64_t steps_run = 0;
  int64_t network_rows = 0;  ///< rows that the network computed: two a guided call, one an unguided
  double load_seconds = 0, text_seconds = 0, encode_seconds = 0, denoise_seconds = 0, decode_seconds = 0;
};

struct EngineOptions {
  int threads = 0;               ///< of the CPU kernels; 0 for all processors
  std::string models_root = {};  ///< folder with the registry of models; empty: models are known by their paths alone
  /// Folder with models/emoji-128 and clip-vocabulary, share/redraw of an installation. Empty: it is looked for around
  /// the program and where redraw was to be installed. The CMake package defines REDRAW_DATA_FOLDER
  /// (docs/embedding.md).
  std::string data_folder = {};
};

/// Runs requests, one at a time. Keeps the last model loaded. Programs that share their machine should be started with
/// GOMP_SPINCOUNT=1000 in the environment, as the redraw program does for itself (docs/performance.md). Not for use
/// from two threads at once, except cancel().
class Engine {
 public:
  /// threads: of the CPU kernels; 0 for all processors. Throws Error(out_of_range).
  explicit Engine(int threads = 0);
  /// With the registry that `redraw models` keeps: Request::model may be a name, and the default may be one of it.
  explicit Engine(const EngineOptions& options);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// One picture. Throws Error with the code and a message saying what is wrong, where and what to do.
  Result run(const Request& request, const Observer& observer = {});

  /// Request::images pictures: of seed, seed + 1, ... modulo 2^64, or, where a variation is asked for, of one seed and
  /// variation_seed, variation_seed + 1, .... A seed that is left open is drawn once. on_result gets each as soon as it
  /// is made; its metadata is that of the request for this picture alone. Ends after a cancelled one. Throws as run.
  void run_each(const Request& request, const Observer& observer, const std::function<void(Result)>& on_result);

  /// The steps that a run of this request would take, from the model's configuration alone: no picture is read and no
  /// network loaded. from_picture: image to image; request.init and prompt do not matter. Throws Error as run does for
  /// whatever concerns the steps, and usage for hires_fix, which has two plans.
  SchedulePlan plan(const Request& request, bool from_picture) const;
  /// The same by every rule that turns strength into steps, in the order of their table; request.semantics does not
  /// matter. Throws what the first rule throws where all refuse.
  std::vector<RulePlan> plan_by_every_rule(const Request& request, bool from_picture) const;

  /// Ends the run at hand within a step, and every later one at once. May be called from a signal handler.
  void cancel() noexcept;

  /// Where time and memory went: what `redraw bench` prints.
  struct Cost {
    struct Row {
      std::string op;
      int64_t calls;
      double seconds, flop;
    };
    std::vector<Row> rows;   ///< by kind of operator, since the engine was made or reset_cost was called
    size_t peak_pool_bytes;  ///< activations and packed weights
    double peak_flops;       ///< measured now: float32 operations a second that the processor's cores reach
    std::string kernels;     ///< "avx512", "avx2", "generic"
  };
  Cost cost() const;
  void reset_cost();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace redraw
