#include "cli/terminal.h"

#include <fmt/format.h>
#include <unistd.h>

#include "cli/print_text.h"

namespace redraw::cli {
namespace {

constexpr int64_t kBarWidth = 24;

std::string duration(double seconds) {
  if (seconds < 1) return fmt::format("{:.0f} ms", seconds * 1e3);
  if (seconds < 60) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<int64_t>(seconds);
  return fmt::format("{}:{:02} min", whole / 60, whole % 60);
}

}  // namespace

Terminal::Terminal(std::FILE* stream, Verbosity verbosity)
    : stream_(stream), verbosity_(verbosity), is_terminal_(::isatty(::fileno(stream)) != 0) {}

void Terminal::line(const std::string& text) {
  if (verbosity_ == Verbosity::quiet) return;
  finish();
  print_text(stream_, "{}\n", text);
  std::fflush(stream_);
}

void Terminal::step(const Step& step) {
  if (verbosity_ == Verbosity::quiet) return;
  const int64_t done = step.index + 1;
  seconds_ += step.seconds;
  const double each = seconds_ / static_cast<double>(done);
  const double left = each * static_cast<double>(step.count - done);
  if (!is_terminal_) {
    fmt::print(stream_, "step {}/{}  t={:.6g}  sigma={:.4f}  {}\n", done, step.count, step.timestep, step.sigma,
               duration(step.seconds));
  } else {
    const int64_t filled = kBarWidth * done / step.count;
    std::string bar;
    for (int64_t i = 0; i < kBarWidth; ++i) bar += i < filled ? "█" : "░";
    // \033[K clears what a longer line left behind.
    fmt::print(stream_, "\r{} step {}/{}  {} a step, {} left\033[K", bar, done, step.count, duration(each),
               duration(left));
    bar_is_open_ = true;
  }
  std::fflush(stream_);
}

void Terminal::finish() {
  if (bar_is_open_) fmt::print(stream_, "\n");
  bar_is_open_ = false;
  seconds_ = 0;
}

}  // namespace redraw::cli
