// How a run is told to stop.
#pragma once

#include <atomic>
#include <memory>

namespace redraw {

/// Cancels one run. Copies share one flag: keep one and pass another to Engine::run. A cancelled run ends within half a
/// second, and its result says so. Other runs are not affected. The flag stays set, so every run needs an object of its
/// own. Safe from any thread; cancel() is safe in a signal handler too.
class Cancellation {
 public:
  Cancellation() : flag_(std::make_shared<std::atomic<bool>>(false)) {}

  void cancel() const noexcept { flag_->store(true, std::memory_order_relaxed); }
  bool is_cancelled() const noexcept { return flag_->load(std::memory_order_relaxed); }

 private:
  static_assert(std::atomic<bool>::is_always_lock_free, "cancel() is called from signal handlers");
  std::shared_ptr<std::atomic<bool>> flag_;
};

}  // namespace redraw
