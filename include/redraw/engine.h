// redraw as a library: requests in, pictures out. See examples/embed.cpp and docs/embedding.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "redraw/cancellation.h"
#include "redraw/error.h"
#include "redraw/planner.h"
#include "redraw/request.h"
#include "redraw/result.h"
#include "redraw/run_events.h"
#include "redraw/schedule_plan.h"
#include "redraw/version.h"

namespace redraw {

struct EngineOptions {
  int threads = 0;               ///< of the CPU kernels; 0 for all processors
  std::string models_root = {};  ///< folder with the list of models; empty: models are known by their paths alone
  /// Folder with models/emoji-128 and clip-vocabulary, share/redraw of an installation. Empty: it is looked for around
  /// the program and where redraw was to be installed. The CMake package defines REDRAW_DATA_FOLDER for it.
  std::string data_folder = {};
  /// Bytes that networks may take while no run uses them. The least recently used are evicted first. 0: three quarters
  /// of the machine's memory.
  uint64_t model_cache_bytes = 0;
  std::string cache_folder = {};  ///< keeps SHA-256 sums of model files from one process to the next; empty: nothing is
};

/// How a run of several pictures ended.
struct RunEnd {
  bool cancelled = false;
  int64_t pictures = 0;   ///< finished
  int64_t steps_run = 0;  ///< of the picture or batch that was cancelled
};

/// Runs requests, one at a time, and keeps what they loaded and encoded for the next. Not for use from two threads at
/// once; plans come from Planner, which has no such limit, and a run is ended by its Cancellation from anywhere.
/// Programs that share their machine should be started with GOMP_SPINCOUNT=1000 in the environment, as the redraw
/// program does for itself (docs/performance.md).
class Engine {
 public:
  /// threads: as EngineOptions::threads. Throws Error(out_of_range).
  explicit Engine(int threads = 0);
  explicit Engine(const EngineOptions& options);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// One picture; the request's images must be 1. A cancelled run is a result. Throws Error with the code and a message
  /// that says what is wrong, where and what to do.
  Result run(const Request& request, const RunEvents& events = {}, const Cancellation& cancellation = {});

  /// The request's `images` pictures: of seed, seed + 1, ... modulo 2^64, or, where a variation is asked for, of one
  /// seed and variation_seed, variation_seed + 1, .... A seed that is left open is drawn once. batch_size of them go
  /// through the network at once. events.on_picture gets each as soon as it is finished; its record is that of the
  /// request for this picture alone. Throws as run.
  RunEnd run_each(const Request& request, const RunEvents& events, const Cancellation& cancellation = {});

  /// A network that is in memory, ready for the next run.
  struct LoadedNetwork {
    std::string kind;                ///< "UNet", "text encoders", "VAE decoder", ...
    std::vector<std::string> files;  ///< paths of what it was read from
    uint64_t bytes = 0;              ///< by estimate
  };
  /// The last used first.
  std::vector<LoadedNetwork> loaded_networks() const;

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
