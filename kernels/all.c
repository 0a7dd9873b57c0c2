/* Every kernel family in one translation unit, compiled once per instruction set; exports one table. */
#include "vector.h"
#include "kernel.h"
#include "opcodes.h"
#include "math.h"
#include "map.c"
#include "reduce.c"
#include "gemm.c"
#include "conv.c"
#include "pool.c"
#include "gather.c"
#include "along.c"
#include "sort.c"
#include "grid.c"
#include "random.c"
#include "fill.c"
#include "stamp.c"

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define ENTRY(name, fields, has_map) [KERNEL_##name] = name##_kernel,
/* Each family defines `static const kernel NAME_kernel`. */
const kernel *JOIN(nabla_kernels_, VARIANT)(void) {
  static const kernel table[] = {KERNELS(ENTRY)};
  return table;
}
