// What every part of the engine is handed instead of globals: threads, log sink, cancellation.
#pragma once

#include <atomic>
#include <functional>
#include <string_view>

namespace redraw {

enum class LogLevel { debug, info, warning };

/// Thread safety: `cancel()` and `cancelled()` may be called from anywhere, also from a signal handler; the rest is
/// set once, before use.
class Context {
 public:
  /// threads: of the CPU kernels, at least 1. The same count gives the same bytes on the same machine.
  explicit Context(int threads) : threads_(threads) {}

  int threads() const { return threads_; }

  /// Asks whatever runs under this context to stop at the next chance. Cancellation is a result, not an error.
  void cancel() noexcept { cancelled_.store(true, std::memory_order_relaxed); }
  bool cancelled() const noexcept { return cancelled_.load(std::memory_order_relaxed); }

  using LogSink = std::function<void(LogLevel, std::string_view)>;
  void set_log_sink(LogSink sink) { log_sink_ = std::move(sink); }
  void log(LogLevel level, std::string_view message) const {
    if (log_sink_) log_sink_(level, message);
  }

  /// The processors this process may run on.
  static int available_processors();

 private:
  int threads_;
  std::atomic<bool> cancelled_{false};
  LogSink log_sink_;
};

}  // namespace redraw
