// Elementary functions of one variable, element by element.
import { add, div, exp, mul, neg, square, sub } from "./arithmetic.ts";
import { accepts, defineMap, type MapFunction } from "./define.ts";
import { constantLike } from "./leaf.ts";
import { lessEqual, where } from "./logic.ts";

const one = (range: readonly [number, number] = [-2, 2]) => [{ inputs: [{ shape: [3, 4], range }] }];

/** |x|; the gradient at 0 is 0. */
export const abs: MapFunction = defineMap({
  name: "abs",
  accepts: accepts.numeric,
  reference: Math.abs,
  float: "abs",
  int: "iabs",
  samples: one(),
  gradient: (dy, { inputs: [x] }) => [mul(dy, sign(x!))],
});

/** −1, 0 or 1; NaN stays NaN. */
export const sign: MapFunction = defineMap({
  name: "sign",
  accepts: accepts.numeric,
  reference: Math.sign,
  float: "sign",
  int: "isign",
  samples: [...one(), { inputs: [{ shape: [3, 4], dtype: "int32", range: [-2, 2] }] }],
});

/** The largest whole number ≤ x. */
export const floor: MapFunction = defineMap({
  name: "floor",
  accepts: accepts.floating,
  reference: Math.floor,
  float: "floor",
  samples: one([-5, 5]),
});

/** The smallest whole number ≥ x. */
export const ceil: MapFunction = defineMap({
  name: "ceil",
  accepts: accepts.floating,
  reference: Math.ceil,
  float: "ceil",
  samples: one([-5, 5]),
});

const roundToEven = (x: number): number => {
  const near = Math.round(x);
  return Math.abs(x % 1) === 0.5 && near % 2 !== 0 ? near - 1 : near;
};

/** The nearest whole number, halves to even. */
export const round: MapFunction = defineMap({
  name: "round",
  accepts: accepts.floating,
  reference: (x) => roundToEven(x!),
  float: "round",
  samples: one([-5, 5]),
});

/** eˣ − 1, exact near 0. */
export const expm1: MapFunction = defineMap({
  name: "expm1",
  accepts: accepts.floating,
  reference: Math.expm1,
  float: "expm1",
  samples: one(),
  gradient: (dy, { inputs: [x] }) => [mul(dy, exp(x!))],
});

/** log(1 + x), exact near 0. */
export const log1p: MapFunction = defineMap({
  name: "log1p",
  accepts: accepts.floating,
  reference: Math.log1p,
  float: "log1p",
  samples: one([-0.5, 3]),
  gradient: (dy, { inputs: [x] }) => [div(dy, add(x!, constantLike(x!, 1)))],
});

/** Sine of radians. */
export const sin: MapFunction = defineMap({
  name: "sin",
  accepts: accepts.floating,
  reference: Math.sin,
  float: "sin",
  samples: one([-6, 6]),
  gradient: (dy, { inputs: [x] }) => [mul(dy, cos(x!))],
});

/** Cosine of radians. */
export const cos: MapFunction = defineMap({
  name: "cos",
  accepts: accepts.floating,
  reference: Math.cos,
  float: "cos",
  samples: one([-6, 6]),
  gradient: (dy, { inputs: [x] }) => [neg(mul(dy, sin(x!)))],
});

/** Hyperbolic tangent. */
export const tanh: MapFunction = defineMap({
  name: "tanh",
  accepts: accepts.floating,
  reference: Math.tanh,
  float: "tanh",
  samples: one([-4, 4]),
  gradient: (dy, y) => [mul(dy, sub(constantLike(y, 1), square(y)))],
});

/** 1 / (1 + e⁻ˣ). */
export const sigmoid: MapFunction = defineMap({
  name: "sigmoid",
  accepts: accepts.floating,
  reference: (x) => 1 / (1 + Math.exp(-x!)),
  float: "sigmoid",
  samples: one([-6, 6]),
  gradient: (dy, y) => [mul(dy, mul(y, sub(constantLike(y, 1), y)))],
});

/** The angle of the point (x, y) in radians, −π to π: atan2(y, x). */
export const atan2: MapFunction = defineMap({
  name: "atan2",
  accepts: accepts.floating,
  reference: (y, x) => Math.atan2(y!, x!),
  float: "atan2",
  samples: [{ inputs: [{ shape: [5, 4] }, { shape: [5, 4] }] }],
  gradient(dy, { inputs: [y, x] }) {
    const scaled = div(dy, add(square(x!), square(y!)));
    return [mul(scaled, x!), neg(mul(scaled, y!))];
  },
});

/** log(1 + eˣ), without overflow. */
export const softplus: MapFunction = defineMap({
  name: "softplus",
  accepts: accepts.floating,
  reference: (x) => Math.max(x!, 0) + Math.log1p(Math.exp(-Math.abs(x!))),
  float: "softplus",
  samples: one([-6, 6]),
  gradient: (dy, { inputs: [x] }) => [mul(dy, sigmoid(x!))],
});

/** max(x, 0); NaN stays NaN, the gradient at 0 is 0, as in PyTorch. */
export const relu: MapFunction = defineMap({
  name: "relu",
  accepts: accepts.floating,
  reference: (x) => Math.max(x!, 0),
  float: "relu",
  samples: one(),
  gradient: (dy, y) => [where(lessEqual(y, constantLike(y, 0)), constantLike(dy, 0), dy)],
});

/** The error function by its Maclaurin series, or the continued fraction of erfc where |x| is large. */
function erfReference(x: number): number {
  const a = Math.abs(x);
  if (a > 6) return Math.sign(x);
  if (a < 3) {
    let term = a;
    let sum = a;
    for (let n = 1; n < 80; n++) {
      term *= (-a * a) / n;
      sum += term / (2 * n + 1);
    }
    return (Math.sign(x) * 2 * sum) / Math.sqrt(Math.PI);
  }
  let fraction = 0;
  for (let n = 60; n >= 1; n--) fraction = n / 2 / (a + fraction);
  return Math.sign(x) * (1 - Math.exp(-a * a) / (Math.sqrt(Math.PI) * (a + fraction)));
}

/** The error function 2/√π ∫₀ˣ e^(−t²) dt. */
export const erf: MapFunction = defineMap({
  name: "erf",
  accepts: accepts.floating,
  reference: (x) => (Number.isNaN(x!) ? Number.NaN : erfReference(x!)),
  float: "erf",
  samples: one([-3, 3]),
  gradient: (dy, { inputs: [x] }) => [
    mul(dy, mul(exp(neg(square(x!))), constantLike(x!, 2 / Math.sqrt(Math.PI)))),
  ],
});
