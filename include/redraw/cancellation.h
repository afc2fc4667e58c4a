// How a run is told to stop.
#pragma once

#include <atomic>
#include <memory>

namespace redraw {

/// The cancellation of one run. Copies share one flag: keep one, hand another to Engine::run. A run that was cancelled
/// ends within half a second and says so in its result; other runs do not notice. A new run takes a new object, since a
/// flag that is set stays set. Safe from any thread; cancel() also from a signal handler.
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
