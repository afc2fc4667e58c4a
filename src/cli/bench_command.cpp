#include "cli/bench_command.h"

#include <algorithm>
#include <fmt/format.h>
#include <sys/resource.h>

#include "cli/print_text.h"
#include "cli/run_lines.h"

namespace redraw::cli {
namespace {

double peak_resident_bytes() {
  struct rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) * 1024;
}

}  // namespace

int bench_command(const Request& request, const EngineOptions& options) {
  constexpr double kMebi = 1024.0 * 1024.0;
  Engine engine(options);
  const auto print_line = [](const std::string& line) { print_text(stdout, "{}\n", line); };
  const Result cold = engine.run(request, {.on_plan = [&](const SchedulePlan& plan) { print_line(plan.line); },
                                           .on_note = [&](const Note& note) { print_line(note_line(note)); }});
  engine.reset_cost();
  // Another prompt of as many tokens: one that was encoded already would leave out the text encoders.
  Request again = request;
  again.prompt = "tree";
  const Result warm = engine.run(again);
  Engine::Cost cost = engine.cost();
  std::sort(cost.rows.begin(), cost.rows.end(), [](const auto& a, const auto& b) { return a.seconds > b.seconds; });

  fmt::print("\n{}x{}, {} steps run, kernels {}, measured peak {:.0f} GFLOP/s (float32)\n\n", warm.width, warm.height,
             warm.steps_run, cost.kernels, cost.peak_flops / 1e9);
  fmt::print("{:<12} {:>9} {:>9}\n", "part", "first, ms", "again, ms");
  const auto part = [](const char* name, double first, double again) {
    fmt::print("{:<12} {:>9.1f} {:>9.1f}\n", name, first * 1e3, again * 1e3);
  };
  part("load", cold.seconds.load, warm.seconds.load);
  part("text", cold.seconds.text, warm.seconds.text);
  part("encode", cold.seconds.encode, warm.seconds.encode);
  part("denoise", cold.seconds.denoise, warm.seconds.denoise);
  part("decode", cold.seconds.decode, warm.seconds.decode);
  part("total", cold.seconds.total(), warm.seconds.total());

  fmt::print("\n{:<12} {:>7} {:>9} {:>7} {:>9} {:>8}\n", "operator", "calls", "ms", "share", "GFLOP/s", "of peak");
  double seconds = 0, flop = 0;
  for (const Engine::Cost::Row& row : cost.rows) {
    seconds += row.seconds;
    flop += row.flop;
  }
  const auto print_row = [&](const std::string& name, int64_t calls, double row_seconds, double row_flop) {
    if (calls == 0) return;
    const std::string speed = row_flop > 0 ? fmt::format("{:.1f}", row_flop / row_seconds / 1e9) : "";
    const std::string share =
        row_flop > 0 ? fmt::format("{:.1f} %", 100 * row_flop / row_seconds / cost.peak_flops) : "";
    fmt::print("{:<12} {:>7} {:>9.2f} {:>5.1f} % {:>9} {:>8}\n", name, calls, row_seconds * 1e3,
               100 * row_seconds / seconds, speed, share);
  };
  for (const Engine::Cost::Row& row : cost.rows) print_row(row.op, row.calls, row.seconds, row.flop);
  int64_t calls = 0;
  for (const Engine::Cost::Row& row : cost.rows) calls += row.calls;
  print_row("all", calls, seconds, flop);
  fmt::print("\npeak memory: {:.0f} MiB resident, of which {:.0f} MiB activations and packed weights\n",
             peak_resident_bytes() / kMebi, static_cast<double>(cost.peak_pool_bytes) / kMebi);
  return 0;
}

}  // namespace redraw::cli
