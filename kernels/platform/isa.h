/* Chooses among the kernel tables this file's target was built with; NABLA_ISA names one to insist on. */
#pragma once
#include <stdlib.h>
#include <string.h>

#include "../kernel.h"

#if defined(__x86_64__)
#define ISAS(I) \
  I(avx512, __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") && \
               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma")) \
  I(avx2, __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) \
  I(baseline, 1)
#elif defined(__ARM_NEON)
#define ISAS(I) I(neon, 1)
#else
#define ISAS(I) I(baseline, 1)
#endif

#define DECLARE(name, supported) const kernel *nabla_kernels_##name(void);
ISAS(DECLARE)

/* The first supported table, or the one NABLA_ISA names if the processor has it. `name` is set to its instruction set. */
static const kernel *isa_choose(const char **name) {
  const char *wish = getenv("NABLA_ISA");
#define TRY(variant, supported) \
  if ((supported) && (!wish || !strcmp(wish, #variant))) { \
    *name = #variant; \
    return nabla_kernels_##variant(); \
  }
  ISAS(TRY)
  wish = 0; /* a wish that cannot be granted */
  ISAS(TRY)
  return 0;
}
