// Functions of single elements composed from primitives: graphs, no kernels of their own.
import { ConfigError } from "../base/errors.ts";
import { broadcastShapes } from "../base/shape.ts";
import * as elementary from "../ops/elementary.ts";
import { full } from "./create.ts";
import { where } from "./functions.ts";
import { Tensor } from "./tensor.ts";
import { broadcastTo } from "./views.ts";

/** x held between low and high; NaN stays NaN, and the gradient at either bound is 1, as in PyTorch. */
export function clip(x: Tensor, low = Number.NEGATIVE_INFINITY, high = Number.POSITIVE_INFINITY): Tensor {
  if (!(low <= high)) {
    throw new ConfigError(`clip: low ${low} must be at most high ${high}. Exchange them.`, { low, high });
  }
  const above = low === Number.NEGATIVE_INFINITY ? x : where(x.less(low), low, x);
  return high === Number.POSITIVE_INFINITY ? above : where(x.greater(high), high, above);
}

/** The angle of the points (x, y) in radians, −π to π, broadcast. */
export function atan2(y: Tensor, x: Tensor | number): Tensor {
  const other = x instanceof Tensor ? x : full([], x);
  const shape = broadcastShapes(y.shape, other.shape, "atan2");
  return new Tensor(elementary.atan2(broadcastTo(y.node, shape), broadcastTo(other.node, shape)));
}

/** The angle in (−π/2, π/2) whose tangent is x. */
export const atan = (x: Tensor): Tensor => atan2(x, 1);

// √(1 − x²), its digits kept near ±1.
const cosineOfSine = (x: Tensor): Tensor => x.neg().add(1).mul(x.add(1)).sqrt();

/** The angle in [−π/2, π/2] whose sine is x; NaN beyond ±1. */
export const asin = (x: Tensor): Tensor => atan2(x, cosineOfSine(x));

/** The angle in [0, π] whose cosine is x; NaN beyond ±1. */
export const acos = (x: Tensor): Tensor => atan2(cosineOfSine(x), x);

/** Tangent of radians. */
export const tan = (x: Tensor): Tensor => x.sin().div(x.cos());

/** (eˣ − e⁻ˣ) / 2, exact near 0. */
export const sinh = (x: Tensor): Tensor => x.expm1().sub(x.neg().expm1()).mul(0.5);

/** (eˣ + e⁻ˣ) / 2. */
export const cosh = (x: Tensor): Tensor => x.exp().add(x.neg().exp()).mul(0.5);

/** ⌊a / b⌋, broadcast; on int32 x / 0 is 0. No gradient flows. */
export function floorDivide(a: Tensor, b: Tensor | number): Tensor {
  const quotient = a.div(b);
  return quotient.dtype === "float32" ? quotient.floor() : quotient;
}

/** True where x is NaN. */
export const isNan = (x: Tensor): Tensor => x.notEqual(x);

/** True where x is neither infinite nor NaN. */
export const isFiniteNumber = (x: Tensor): Tensor => x.abs().less(Number.POSITIVE_INFINITY);

// Minimax polynomials of erf⁻¹(x) / x in w − 2.5 and √w − 3, highest power first (Giles 2010).
const CENTRE = [
  2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503, -0.00417768164,
  0.246640727, 1.50140941,
];
const TAIL = [
  -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047,
  1.00167406, 2.83297682,
];

const polynomial = (coefficients: readonly number[], x: Tensor): Tensor =>
  coefficients.slice(2).reduce((y, c) => y.mul(x).add(c), x.mul(coefficients[0]!).add(coefficients[1]!));

/** The number whose error function is x, for −1 < x < 1, within 4·10⁻⁷ of its size; ±∞ at ±1. */
export function inverseErf(x: Tensor): Tensor {
  const w = x.neg().add(1).mul(x.add(1)).log().neg();
  const isCentral = w.less(5);
  // What is not chosen is computed where it is smooth: a gradient of 0 · ∞ would be NaN.
  const tail = polynomial(TAIL, where(isCentral, 5, w).sqrt().sub(3));
  const ratio = where(isCentral, polynomial(CENTRE, w.sub(2.5)), tail);
  return where(x.abs().equal(1), x.sign().mul(Number.POSITIVE_INFINITY), x.mul(ratio));
}
