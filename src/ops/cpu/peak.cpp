#include "ops/peak.h"

#include <algorithm>
#include <chrono>
#include <omp.h>

#include "ops/cpu/kernels.h"

namespace redraw {

double measure_peak_flops(int threads) {
  constexpr int kTries = 10;
  constexpr int64_t kIterations = 1'000'000;
  const cpu::Kernels& kernels = cpu::best_kernels();
  double best = 0;
  for (int i = 0; i < kTries; ++i) {
    double flop = 0;
    const auto start = std::chrono::steady_clock::now();
#pragma omp parallel num_threads(threads) reduction(+ : flop)
    flop += kernels.multiply_add_in_registers(kIterations);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    best = std::max(best, flop / seconds);
  }
  return best;
}

}  // namespace redraw
