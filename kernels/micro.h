/* One loop per micro-operation: registers in, register out. A register is an array of lanes, float or int32;
   its length here is a multiple of LANES. Knows nothing of where registers come from. */
#pragma once
#include "math.h"
#include "opcodes.h"

typedef void micro_loop(void *d, const void *a, const void *b, const void *c, i64 n);

/* An operation on one vector of lanes, `lane_NAME`, and the loop over registers that applies it. `x`, `y`, `z` are the
   operands as `source` lanes; whatever they are, lanes travel as floats. A destination may be a source too. */
#define LANES_OF(type, name, from) type name = (type)(from);
#define OPERATION1(name, source, expression) \
  INLINE vf lane_##name(vf a) { LANES_OF(source, x, a) return (vf)(expression); } \
  LOOP(name, lane_##name(AT(a)))
#define OPERATION2(name, source, expression) \
  INLINE vf lane_##name(vf a, vf b) { LANES_OF(source, x, a) LANES_OF(source, y, b) return (vf)(expression); } \
  LOOP(name, lane_##name(AT(a), AT(b)))
#define OPERATION3(name, source, expression) \
  INLINE vf lane_##name(vf a, vf b, vf c) { \
    LANES_OF(source, x, a) LANES_OF(source, y, b) LANES_OF(source, z, c) return (vf)(expression); \
  } \
  LOOP(name, lane_##name(AT(a), AT(b), AT(c)))
#define AT(from) load((const float *)from + i)
#define LOOP(name, call) \
  static void loop_##name(void *d, const void *a, const void *b, const void *c, i64 n) { \
    (void)b, (void)c; \
    for (i64 i = 0; i < n; i += LANES) store((float *)d + i, call); \
  }
#define FLOAT1(name, expression) OPERATION1(name, vf, expression)
#define FLOAT2(name, expression) OPERATION2(name, vf, expression)
#define FLOAT3(name, expression) OPERATION3(name, vf, expression)
#define COMPARE(name, expression) OPERATION2(name, vf, (expression) & 1)
#define INT1(name, expression) OPERATION1(name, vi, expression)
#define INT2(name, expression) OPERATION2(name, vi, expression)

/* Floor division by way of double, which holds every quotient of two int32 closely enough to truncate it right. */
INLINE vi floor_divide(vi x, vi y) {
  vi safe = ipick((y == 0) | (y == -1), isplat(1), y);
  vi q = __builtin_convertvector(__builtin_convertvector(x, vd) / __builtin_convertvector(safe, vd), vi);
  vi rest = (vi)((vu)x - (vu)q * (vu)safe);
  q += (rest != 0) & ((rest ^ safe) < 0); /* a mask is -1 */
  q = ipick(y == -1, (vi)(0 - (vu)x), q);
  return ipick(y == 0, isplat(0), q);
}

INT1(move, x)
FLOAT2(add, x + y)
FLOAT2(sub, x - y)
FLOAT2(mul, x * y)
FLOAT2(div, x / y)
FLOAT2(max, max_(x, y))
FLOAT2(min, min_(x, y))
FLOAT2(pow, pow_(x, y))
FLOAT2(atan2, atan2_(x, y))
COMPARE(lt, x < y)
COMPARE(le, x <= y)
COMPARE(eq, x == y)
COMPARE(ne, x != y)
FLOAT3(fma, fma_(x, y, z))
FLOAT3(fms, fma_(x, y, -z))
FLOAT3(fnma, fma_(-x, y, z))
FLOAT1(neg, (vf)((vi)x ^ INT32_MIN))
FLOAT1(abs, abs_(x))
FLOAT1(sign, sign_(x))
FLOAT1(floor, floor_(x))
FLOAT1(ceil, ceil_(x))
FLOAT1(round, round_(x))
FLOAT1(sqrt, sqrt_(x))
FLOAT1(rsqrt, 1.0f / sqrt_(x))
FLOAT1(reciprocal, 1.0f / x)
FLOAT1(square, x * x)
FLOAT1(exp, exp_(x))
FLOAT1(expm1, expm1_(x))
FLOAT1(log, log_(x))
FLOAT1(log1p, log1p_(x))
FLOAT1(sin, sin_(x))
FLOAT1(cos, cos_(x))
FLOAT1(tanh, tanh_(x))
FLOAT1(sigmoid, sigmoid_(x))
FLOAT1(softplus, softplus_(x))
FLOAT1(erf, erf_(x))
FLOAT1(relu, pick(x <= 0, splat(0), x))
FLOAT1(isnan, (x != x) & 1)
INT2(iadd, (vi)((vu)x + (vu)y))
INT2(isub, (vi)((vu)x - (vu)y))
INT2(imul, (vi)((vu)x * (vu)y))
INT2(idiv, floor_divide(x, y))
INT2(imod, ipick(y == 0, isplat(0), (vi)((vu)x - (vu)floor_divide(x, y) * (vu)y)))
INT2(imax, ipick(x > y, x, y))
INT2(imin, ipick(x < y, x, y))
INT1(ineg, (vi)(0 - (vu)x))
INT1(iabs, ipick(x < 0, (vi)(0 - (vu)x), x))
INT1(isign, ((x > 0) & 1) | (x < 0))
INT2(ilt, (x < y) & 1)
INT2(ile, (x <= y) & 1)
INT2(ieq, (x == y) & 1)
INT2(ine, (x != y) & 1)
INT2(and, x & y)
INT2(or, x | y)
INT1(not, x ^ 1)
OPERATION3(select, vi, ipick(x != 0, y, z))
INT1(to_float, float_of(x))
FLOAT1(to_int, to_int_(x))
FLOAT1(to_bool, (x != 0) & 1)
INT1(ito_bool, (x != 0) & 1)

/* const, iconst and index read no register: block.h fills them. */
#define loop_const 0
#define loop_iconst 0
#define loop_index 0
#define MICRO_LOOP(name) [OP_##name] = loop_##name,
static micro_loop *const micro_loops[OPCODE_COUNT] = {OPCODES(MICRO_LOOP)};
