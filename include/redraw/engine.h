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
  int threads = 0;               ///< CPU threads; 0: one for each processor
  std::string models_root = {};  ///< folder with the list of models; empty: models are known by their paths alone
  /// Folder with models/emoji-128 and clip-vocabulary: share/redraw of an installation. Empty: redraw looks around the
  /// program and where it was configured to be installed. The CMake package defines REDRAW_DATA_FOLDER for this.
  std::string data_folder = {};
  /// Bytes that unused networks may keep in memory. The least recently used are evicted first. 0: three quarters of the
  /// machine's memory, or of the control group's limit (a container's) if that is smaller.
  uint64_t model_cache_bytes = 0;
  std::string cache_folder = {};  ///< caches SHA-256 sums of model files between processes; empty: no such cache
};

/// How a run of several pictures ended.
struct RunEnd {
  bool cancelled = false;
  int64_t pictures = 0;   ///< finished
  int64_t steps_run = 0;  ///< by the picture or batch that was cancelled
};

/// Runs requests one at a time. Networks and encodings stay in memory for the next run. Use an Engine from one thread
/// at a time. Planner has no such limit, and a Cancellation ends a run from any thread.
/// A program that shares its machine with others should start with GOMP_SPINCOUNT=1000 in the environment. The redraw
/// program sets this for itself (docs/performance.md).
class Engine {
 public:
  /// threads: see EngineOptions::threads. Throws Error(out_of_range).
  explicit Engine(int threads = 0);
  explicit Engine(const EngineOptions& options);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Makes one picture; the request's images must be 1. A cancelled run returns a result. Throws Error with a code and
  /// a message that says what is wrong, where and what to do.
  Result run(const Request& request, const RunEvents& events = {}, const Cancellation& cancellation = {});

  /// Makes the request's `images` pictures. Their seeds are seed, seed + 1, ... modulo 2^64. With a variation, the seed
  /// stays and variation_seed counts up instead. A seed that is left open is drawn once. batch_size pictures go through
  /// the network at once. events.on_picture gets each picture as soon as it is finished. Its record is that of the
  /// request for this picture alone. Throws as run.
  RunEnd run_each(const Request& request, const RunEvents& events, const Cancellation& cancellation = {});

  /// A network that is in memory, ready for the next run.
  struct LoadedNetwork {
    std::string kind;                ///< "UNet", "text encoders", "VAE decoder", ...
    std::vector<std::string> files;  ///< paths of the files it was read from
    uint64_t bytes = 0;              ///< estimated
  };
  /// The most recently used first.
  std::vector<LoadedNetwork> loaded_networks() const;

  /// Where time and memory went: what `redraw bench` prints.
  struct Cost {
    struct Row {
      std::string op;
      int64_t calls;
      double seconds, flop;
    };
    std::vector<Row> rows;   ///< by kind of operator, since the engine was created or reset_cost was called
    size_t peak_pool_bytes;  ///< activations and packed weights
    double peak_flops;       ///< measured now: float32 operations a second on the processor's cores
    std::string kernels;     ///< "avx512", "avx2", "generic"
  };
  Cost cost() const;
  void reset_cost();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace redraw
