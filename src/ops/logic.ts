// Comparisons, logic on bool, choice, and conversion between element types.
import type { DType } from "../base/dtype.ts";
import { DTypeError } from "../base/errors.ts";
import { type Attributes, apply, type Node } from "../ir/node.ts";
import { accepts, checkDType, defineMap, defineOp, type MapFunction, mapType } from "./define.ts";
import { constant, constantLike, constantValue } from "./leaf.ts";

// Small integer ranges, so that the samples hold equal pairs too.
const pair = (dtype: DType) => {
  const input = { shape: [5, 7], dtype, range: [0, dtype === "bool" ? 1 : 3] as const };
  return { inputs: [input, input] };
};

const comparison = (name: string, float: string, holds: (a: number, b: number) => boolean): MapFunction =>
  defineMap({
    name,
    accepts: accepts.any,
    result: "bool",
    reference: (a, b) => Number(holds(a!, b!)),
    float,
    int: `i${float}`,
    samples: [pair("float32"), pair("int32"), pair("uint8")],
  });

/** a < b, as bool; false where either is NaN. */
export const lessThan: MapFunction = comparison("lessThan", "lt", (a, b) => a < b);
/** a ≤ b, as bool; false where either is NaN. */
export const lessEqual: MapFunction = comparison("lessEqual", "le", (a, b) => a <= b);
/** a = b, as bool; NaN equals nothing. */
export const equal: MapFunction = comparison("equal", "eq", (a, b) => a === b);
/** a ≠ b, as bool. */
export const notEqual: MapFunction = comparison("notEqual", "ne", (a, b) => a !== b);

/** a ∧ b on bool. */
export const and: MapFunction = defineMap({
  name: "and",
  accepts: accepts.bool,
  reference: (a, b) => a! & b!,
  int: "and",
  samples: [pair("bool")],
});

/** a ∨ b on bool. */
export const or: MapFunction = defineMap({
  name: "or",
  accepts: accepts.bool,
  reference: (a, b) => a! | b!,
  int: "or",
  samples: [pair("bool")],
});

/** ¬a on bool. */
export const not: MapFunction = defineMap({
  name: "not",
  accepts: accepts.bool,
  reference: (a) => 1 - a!,
  int: "not",
  samples: [{ inputs: [{ shape: [5, 7], dtype: "bool" }] }],
  simplify: ({ inputs: [a] }) => (a!.op === not.op ? a!.inputs[0]! : undefined),
});

/** condition ? a : b, element by element; the branch not taken gets gradient 0. */
export const where: MapFunction = defineMap({
  name: "where",
  accepts: accepts.any,
  reference: (condition, a, b) => (condition !== 0 ? a! : b!),
  int: "select",
  samples: [{ inputs: [{ shape: [3, 4], dtype: "bool" }, { shape: [3, 4] }, { shape: [3, 4] }] }],
  type([condition, a, b]) {
    if (condition!.dtype !== "bool") {
      throw new DTypeError(
        `where: the condition must be bool, not ${condition!.dtype}. Compare first, as in x.greater(0).`,
        { dtype: condition!.dtype },
      );
    }
    mapType("where", [{ shape: condition!.shape, dtype: a!.dtype }, a!], accepts.any);
    return mapType("where", [a!, b!], accepts.any);
  },
  gradient: (dy, { inputs: [condition] }) => [
    undefined,
    where(condition!, dy, constantLike(dy, 0)),
    where(condition!, constantLike(dy, 0), dy),
  ],
  simplify({ inputs: [condition, a, b] }) {
    const known = constantValue(condition!);
    if (known !== undefined) return known !== 0 ? a! : b!;
    return a === b ? a! : undefined;
  },
});

interface CastAttributes extends Attributes {
  readonly dtype: DType;
}

const isFloat = (dtype: DType) => dtype === "float32";

/** Conversion of elements. Float to integer truncates toward 0; to bool is x ≠ 0. */
export const castOp = defineOp<CastAttributes>({
  name: "cast",
  kind: {
    tag: "map",
    reference: (x) => x!,
    cpu({ inputs: [x], dtype }) {
      if (isFloat(x!.dtype)) return isFloat(dtype) ? "move" : dtype === "bool" ? "to_bool" : "to_int";
      if (isFloat(dtype)) return "to_float";
      return dtype === "bool" ? "ito_bool" : "move";
    },
  },
  samples: [
    { inputs: [{ shape: [3, 4], dtype: "uint8", range: [0, 255] }], attributes: { dtype: "float32" } },
    { inputs: [{ shape: [3, 4], range: [-9, 9] }], attributes: { dtype: "int32" } },
    { inputs: [{ shape: [3, 4], dtype: "int32", range: [0, 2] }], attributes: { dtype: "bool" } },
  ],
  type([x], { dtype }) {
    checkDType("cast", x!.dtype, accepts.any);
    return { shape: x!.shape, dtype };
  },
  gradient: (dy, { inputs: [x] }) => [isFloat(x!.dtype) ? cast(dy, x!.dtype) : undefined],
  simplify({ inputs: [x], dtype, shape }) {
    const value = constantValue(x!);
    if (value !== undefined) return constant(convert(value, dtype), shape, dtype);
    return x!.dtype === dtype ? x! : undefined;
  },
});

/** A number as an element of `dtype` holds it. */
export function convert(value: number, dtype: DType): number {
  if (dtype === "float32") return value;
  if (dtype === "bool") return Number(value !== 0);
  return dtype === "uint8" ? Math.trunc(value) & 255 : Math.trunc(value) | 0;
}

/** The elements of x as `dtype`. */
export const cast = (x: Node, dtype: DType): Node => apply(castOp, [x], { dtype });

/** The value of x, through which no gradient flows. */
export const detach: MapFunction = defineMap({
  name: "detach",
  accepts: accepts.any,
  reference: (x) => x!,
  float: "move",
  int: "move",
  samples: [],
});

/** The same elements in memory of their own, row-major: what a view becomes where a kernel needs it so. */
export const copy: MapFunction = defineMap({
  name: "copy",
  accepts: accepts.any,
  reference: (x) => x!,
  float: "move",
  int: "move",
  samples: [{ inputs: [{ shape: [3, 4] }] }, { inputs: [{ shape: [3, 4], dtype: "uint8" }] }],
  gradient: (dy) => [dy],
});
