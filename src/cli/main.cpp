// redraw's command line; command_line.h says what it does.
#include <cstdlib>
#include <unistd.h>

#include "cli/command_line.h"

namespace {

// Between two operators, libgomp's threads wait for each other spinning, 300,000 turns by default. When two of them
// share a core for a moment (another program runs, or the scheduler put them so) each turn of work then waits for
// whole time slices: one run in five took 8 s instead of 0.35 s. A short spin and then sleep costs nothing measurable
// (docs/performance.md). libgomp reads the setting once, while the program is being loaded, so it has to be in the
// environment before that: the program sets it, unless the user has said how threads should wait, and starts itself
// again. That takes 20 ms.
void start_again_with_short_waits(char** argv) {
  if (std::getenv("GOMP_SPINCOUNT") != nullptr || std::getenv("OMP_WAIT_POLICY") != nullptr) return;
  ::setenv("GOMP_SPINCOUNT", "1000", 1);
  ::execv("/proc/self/exe", argv);
  // Without /proc it goes on as it is: slower on a busy machine, and right all the same.
}

}  // namespace

int main(int argc, char** argv) {
  if (redraw::cli::computes(argc, argv)) start_again_with_short_waits(argv);
  return redraw::cli::run(argc, argv);
}
