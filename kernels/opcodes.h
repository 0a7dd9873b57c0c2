/* The micro-operations of a map block, by name. The host reads the same list through nabla_describe().
   f: float32 lanes, i: int32 lanes. Comparisons and logic give int32 0 or 1. max, min and relu let NaN through. */
#pragma once

#define OPCODES(O) \
  /* leaves: `const` fills with `immediate`; `iconst` with its integer; `index` is the int32 index along dim `a` */ \
  O(const) O(iconst) O(index) O(move) \
  /* float, two operands */ \
  O(add) O(sub) O(mul) O(div) O(max) O(min) O(pow) O(atan2) \
  /* float comparisons */ \
  O(lt) O(le) O(eq) O(ne) \
  /* float, three operands: a·b + c, a·b − c, c − a·b */ \
  O(fma) O(fms) O(fnma) \
  /* float, one operand */ \
  O(neg) O(abs) O(sign) O(floor) O(ceil) O(round) O(sqrt) O(rsqrt) O(reciprocal) O(square) \
  O(exp) O(expm1) O(log) O(log1p) O(sin) O(cos) O(tanh) O(sigmoid) O(softplus) O(erf) O(relu) O(isnan) \
  /* int; idiv rounds toward −∞ and division by 0 gives 0; imod has the sign of the divisor */ \
  O(iadd) O(isub) O(imul) O(idiv) O(imod) O(imax) O(imin) O(ineg) O(iabs) O(isign) O(ilt) O(ile) O(ieq) O(ine) \
  /* logic on 0/1 lanes */ \
  O(and) O(or) O(not) \
  /* a ? b : c, lanes of any type */ \
  O(select) \
  /* conversions: float → int truncates and saturates; to_bool of a float is x ≠ 0 */ \
  O(to_float) O(to_int) O(to_bool) O(ito_bool)

#define OPCODE_ID(name) OP_##name,
enum { OPCODES(OPCODE_ID) OPCODE_COUNT };
