#include "ops/cpu/kernels.h"

namespace redraw::cpu {

const Kernels& best_kernels() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool has_avx512 = __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
                          __builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512dq") != 0;
  if (has_avx512) return kernels_avx512();
  if (__builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0) return kernels_avx2();
#endif
  return kernels_generic();
}

}  // namespace redraw::cpu
