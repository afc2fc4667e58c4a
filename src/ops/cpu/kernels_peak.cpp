// Only multiplications and additions in registers: the peak that bench compares with.
#include "ops/cpu/isa.h"
#include "ops/cpu/simd.h"

namespace redraw::cpu::REDRAW_ISA {

double multiply_add_in_registers(int64_t iterations) {
  Vec sums[kAccumulators];
  // Fully unrolled, or the sums would live in memory. GCC by itself stops at 16 iterations.
#pragma GCC unroll 32
  for (int i = 0; i < kAccumulators; ++i) sums[i] = broadcast(static_cast<float>(i));
  Vec factor = broadcast(0.999f), term = broadcast(1e-3f);
  for (int64_t n = 0; n < iterations; ++n) {
    // The compiler must not fold the loop: it cannot know that these are the same in every iteration.
    asm volatile("" : "+v"(factor), "+v"(term));
#pragma GCC unroll 32
    for (int i = 0; i < kAccumulators; ++i) sums[i] = sums[i] * factor + term;
  }
  Vec total = {};
#pragma GCC unroll 32
  for (int i = 0; i < kAccumulators; ++i) total += sums[i];
  volatile float kept = horizontal_sum(total);
  static_cast<void>(kept);
  return 2.0 * kLanes * kAccumulators * static_cast<double>(iterations);
}

}  // namespace redraw::cpu::REDRAW_ISA
