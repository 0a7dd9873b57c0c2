// Element-by-element arithmetic: what the gradient rules of all other ops are written in.
import type { Node } from "../ir/node.ts";
import { accepts, defineMap, type MapFunction } from "./define.ts";
import { constantLike, constantValue } from "./leaf.ts";
import { equal, lessThan, notEqual, where } from "./logic.ts";

const two = (range: readonly [number, number] = [-2, 2], other = range) => [
  {
    inputs: [
      { shape: [3, 4], range },
      { shape: [3, 4], range: other },
    ],
  },
];

const one = (range: readonly [number, number] = [-2, 2]) => [{ inputs: [{ shape: [3, 4], range }] }];

/** −x. */
export const neg: MapFunction = defineMap({
  name: "neg",
  accepts: accepts.numeric,
  reference: (x) => -x!,
  float: "neg",
  int: "ineg",
  samples: one(),
  gradient: (dy) => [neg(dy)],
  simplify: ({ inputs: [x] }) => (x!.op === neg.op ? x!.inputs[0]! : undefined),
});

/** a + b. */
export const add: MapFunction = defineMap({
  name: "add",
  accepts: accepts.numeric,
  reference: (a, b) => a! + b!,
  float: "add",
  int: "iadd",
  samples: two(),
  gradient: (dy) => [dy, dy],
  simplify({ inputs: [a, b] }) {
    if (constantValue(b!) === 0) return a!;
    return constantValue(a!) === 0 ? b! : undefined;
  },
});

/** a − b. */
export const sub: MapFunction = defineMap({
  name: "sub",
  accepts: accepts.numeric,
  reference: (a, b) => a! - b!,
  float: "sub",
  int: "isub",
  samples: two(),
  gradient: (dy) => [dy, neg(dy)],
  simplify({ inputs: [a, b] }) {
    if (constantValue(b!) === 0) return a!;
    return constantValue(a!) === 0 ? neg(b!) : undefined;
  },
});

/** a · b. */
export const mul: MapFunction = defineMap({
  name: "mul",
  accepts: accepts.numeric,
  reference: (a, b) => a! * b!,
  float: "mul",
  int: "imul",
  samples: two(),
  gradient: (dy, { inputs: [a, b] }) => [mul(dy, b!), mul(dy, a!)],
  simplify({ inputs: [a, b] }) {
    if (constantValue(b!) === 1) return a!;
    if (constantValue(a!) === 1) return b!;
    if (constantValue(b!) === -1) return neg(a!);
    return constantValue(a!) === -1 ? neg(b!) : undefined;
  },
});

/** ⌊a / b⌋ on int32; x / 0 = 0. */
export const floorDivide: MapFunction = defineMap({
  name: "floorDivide",
  accepts: ["int32"],
  reference: (a, b) => (b === 0 ? 0 : Math.floor(a! / b!)),
  int: "idiv",
  samples: [
    {
      inputs: [
        { shape: [3, 4], dtype: "int32", range: [-9, 9] },
        { shape: [3, 4], dtype: "int32", range: [-3, 3] },
      ],
    },
  ],
  simplify: ({ inputs: [a, b] }) => (constantValue(b!) === 1 ? a! : undefined),
});

const quotient: MapFunction = defineMap({
  name: "div",
  accepts: accepts.floating,
  reference: (a, b) => a! / b!,
  float: "div",
  samples: two([-2, 2], [0.5, 2]),
  gradient: (dy, { inputs: [a, b] }) => {
    const scaled = div(dy, b!);
    return [scaled, neg(mul(scaled, div(a!, b!)))];
  },
  simplify({ inputs: [a, b] }) {
    const divisor = constantValue(b!);
    if (divisor === 1) return a!;
    if (divisor !== undefined && Number.isInteger(Math.log2(Math.abs(divisor)))) {
      return mul(a!, constantLike(b!, 1 / divisor));
    }
    return constantValue(a!) === 1 ? reciprocal(b!) : undefined;
  },
});

/** a / b on floats; on int32 rounded toward −∞, and x / 0 = 0. */
export const div: MapFunction = Object.assign(
  (...inputs: Node[]) =>
    inputs.every(({ dtype }) => dtype === "int32") ? floorDivide(...inputs) : quotient(...inputs),
  { op: quotient.op },
);

/** Shares dy at ties: half to each operand, so that the sum of the partials is dy. */
const tieShare = (dy: Node, a: Node, b: Node, aWins: Node): Node =>
  where(aWins, dy, where(equal(a, b), mul(dy, constantLike(dy, 0.5)), constantLike(dy, 0)));

/** The larger operand, NaN if either is NaN. At ties the gradient is halved, as in PyTorch. */
export const maximum: MapFunction = defineMap({
  name: "maximum",
  accepts: accepts.numeric,
  reference: (a, b) => Math.max(a!, b!),
  float: "max",
  int: "imax",
  samples: two(),
  gradient: (dy, { inputs: [a, b] }) => [
    tieShare(dy, a!, b!, lessThan(b!, a!)),
    tieShare(dy, a!, b!, lessThan(a!, b!)),
  ],
});

/** The smaller operand, NaN if either is NaN. At ties the gradient is halved, as in PyTorch. */
export const minimum: MapFunction = defineMap({
  name: "minimum",
  accepts: accepts.numeric,
  reference: (a, b) => Math.min(a!, b!),
  float: "min",
  int: "imin",
  samples: two(),
  gradient: (dy, { inputs: [a, b] }) => [
    tieShare(dy, a!, b!, lessThan(a!, b!)),
    tieShare(dy, a!, b!, lessThan(b!, a!)),
  ],
});

/** 1 / x. */
export const reciprocal: MapFunction = defineMap({
  name: "reciprocal",
  accepts: accepts.floating,
  reference: (x) => 1 / x!,
  float: "reciprocal",
  samples: one([0.5, 2]),
  gradient: (dy, y) => [neg(mul(dy, square(y)))],
});

/** x². */
export const square: MapFunction = defineMap({
  name: "square",
  accepts: accepts.floating,
  reference: (x) => x! * x!,
  float: "square",
  samples: one(),
  gradient: (dy, { inputs: [x] }) => [mul(dy, mul(x!, constantLike(x!, 2)))],
});

/** √x. */
export const sqrt: MapFunction = defineMap({
  name: "sqrt",
  accepts: accepts.floating,
  reference: Math.sqrt,
  float: "sqrt",
  samples: one([0.5, 2]),
  gradient: (dy, y) => [div(mul(dy, constantLike(dy, 0.5)), y)],
});

/** 1 / √x. */
export const rsqrt: MapFunction = defineMap({
  name: "rsqrt",
  accepts: accepts.floating,
  reference: (x) => 1 / Math.sqrt(x!),
  float: "rsqrt",
  samples: one([0.5, 2]),
  gradient: (dy, y) => [mul(mul(dy, constantLike(dy, -0.5)), mul(y, square(y)))],
});

/** eˣ. */
export const exp: MapFunction = defineMap({
  name: "exp",
  accepts: accepts.floating,
  reference: Math.exp,
  float: "exp",
  samples: one([-5, 5]),
  gradient: (dy, y) => [mul(dy, y)],
});

/** Natural logarithm. */
export const log: MapFunction = defineMap({
  name: "log",
  accepts: accepts.floating,
  reference: Math.log,
  float: "log",
  samples: one([0.2, 5]),
  gradient: (dy, { inputs: [x] }) => [div(dy, x!)],
});

/** aᵇ. Where b = 0 the gradient by a is 0, where a = 0 and b ≥ 0 the gradient by b is 0, as in PyTorch. */
export const pow: MapFunction = defineMap({
  name: "pow",
  accepts: accepts.floating,
  reference: (a, b) =>
    Math.abs(a!) === 1 && Math.abs(b!) === Number.POSITIVE_INFINITY ? 1 : a! === 1 ? 1 : a! ** b!,
  float: "pow",
  samples: two([0.5, 2], [-2, 2]),
  gradient(dy, node) {
    const [a, b] = node.inputs as [Node, Node];
    const zero = constantLike(a, 0);
    const byA = mul(dy, mul(b, pow(a, sub(b, constantLike(b, 1)))));
    const byB = mul(dy, where(notEqual(a, zero), mul(node, log(a)), zero));
    return [where(notEqual(b, zero), byA, zero), byB];
  },
  simplify({ inputs: [a, b] }) {
    const exponent = constantValue(b!);
    if (exponent === 1) return a!;
    if (exponent === 2) return square(a!);
    if (exponent === 0.5) return sqrt(a!);
    return exponent === -1 ? reciprocal(a!) : undefined;
  },
});

/** The remainder of a / b with the sign of b, on int32; x mod 0 = 0. */
export const mod: MapFunction = defineMap({
  name: "mod",
  accepts: ["int32"],
  reference: (a, b) => (b === 0 ? 0 : a! - b! * Math.floor(a! / b!)),
  int: "imod",
  samples: [
    {
      inputs: [
        { shape: [3, 4], dtype: "int32", range: [-9, 9] },
        { shape: [3, 4], dtype: "int32", range: [1, 5] },
      ],
    },
  ],
});
