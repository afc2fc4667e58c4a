#include "cli/interrupt_guard.h"

#include <cerrno>
#include <string_view>
#include <unistd.h>

namespace redraw::cli {
namespace {

// A signal handler can reach nothing else. Set while a run goes on, by InterruptGuard alone.
const Cancellation* interrupted_run = nullptr;
std::string_view interrupted_line;
volatile std::sig_atomic_t interrupt_has_come = 0;

extern "C" void on_interrupt(int) {
  const int before = errno;
  interrupt_has_come = 1;
  if (interrupted_run != nullptr) interrupted_run->cancel();
  // The only way to print that a handler may take. If it fails, nobody is there to be told.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, interrupted_line.data(), interrupted_line.size());
  errno = before;
}

}  // namespace

void make_file_size_limit_an_error() {
  std::signal(SIGXFSZ, SIG_IGN);
}

InterruptGuard::InterruptGuard(const Cancellation& cancellation, Verbosity verbosity) : cancellation_(cancellation) {
  // On a terminal the line after the bar's, in which it has just shown ^C.
  constexpr std::string_view kLine = "\nstopping; Ctrl-C again ends redraw at once\n";
  interrupted_line = ::isatty(STDERR_FILENO) != 0 ? kLine : kLine.substr(1);
  if (verbosity == Verbosity::quiet) interrupted_line = {};
  interrupted_run = &cancellation_;
  interrupt_has_come = 0;
  struct sigaction action = {};
  action.sa_handler = on_interrupt;
  // A write that it interrupts goes on: the line of a finished picture is not lost.
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
  sigaction(SIGINT, &action, &before_interrupt_);
  sigaction(SIGTERM, &action, &before_terminate_);
}

InterruptGuard::~InterruptGuard() {
  end();
}

bool InterruptGuard::has_come() const {
  return interrupt_has_come != 0;
}

bool InterruptGuard::end() {
  if (is_over_) return has_come();
  is_over_ = true;
  sigaction(SIGINT, &before_interrupt_, nullptr);
  sigaction(SIGTERM, &before_terminate_, nullptr);
  interrupted_run = nullptr;
  return has_come();
}

}  // namespace redraw::cli
