// Activation functions composed from primitives, with PyTorch's defaults and its choice of gradient at kinks.
// Knows nothing of layers. NaN comes through each of them.
import * as elementary from "../ops/elementary.ts";
import { clip } from "./elementwise.ts";
import { where } from "./functions.ts";
import { Tensor } from "./tensor.ts";

/** log(1 + eˣ), a smooth relu, without overflow. */
export const softplus = (x: Tensor): Tensor => new Tensor(elementary.softplus(x.node));

/** log(1 / (1 + e⁻ˣ)), finite for every finite x. */
export const logSigmoid = (x: Tensor): Tensor => softplus(x.neg()).neg();

/** x where x > 0, else slope · x. */
export const leakyRelu = (x: Tensor, slope = 0.01): Tensor => where(x.greater(0), x, x.mul(slope));

/** x where x > 0, else α (eˣ − 1) (Clevert et al. 2016). */
export function elu(x: Tensor, alpha = 1): Tensor {
  const isPositive = x.greater(0);
  // Only what is not positive goes through the exponential, so that no gradient is ∞ · 0.
  return where(isPositive, x, where(isPositive, 0, x).expm1().mul(alpha));
}

const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;

/** The elu, scaled so that layers keep mean 0 and variance 1 (Klambauer et al. 2017). */
export const selu = (x: Tensor): Tensor => elu(x, SELU_ALPHA).mul(SELU_SCALE);

// tanh(u) is 1 to the last digit long before |x| = 10; the bound keeps x³ and its gradient finite.
const TANH_BOUND = 10;

/** x Φ(x) with the normal distribution Φ, exact by erf, or by its tanh approximation (Hendrycks & Gimpel 2016). */
export function gelu(x: Tensor, { approximate = false } = {}): Tensor {
  if (!approximate) return x.mul(0.5).mul(x.mul(Math.SQRT1_2).erf().add(1));
  const held = clip(x, -TANH_BOUND, TANH_BOUND);
  const inner = held.mul(held.square().mul(0.044715).add(1)).mul(Math.sqrt(2 / Math.PI));
  return x.mul(0.5).mul(inner.tanh().add(1));
}

/** x / (1 + e⁻ˣ), also called swish (Elfwing et al. 2018). */
export const silu = (x: Tensor): Tensor => x.mul(x.sigmoid());

/** x tanh(log(1 + eˣ)) (Misra 2020). */
export const mish = (x: Tensor): Tensor => x.mul(softplus(x).tanh());

/** x · clip(x + 3, 0, 6) / 6 (Howard et al. 2019); the gradient is 0 at −3 and 1 at 3. */
export const hardswish = (x: Tensor): Tensor =>
  where(x.lessEqual(-3), 0, where(x.greaterEqual(3), x, x.mul(x.mul(1 / 6).add(0.5))));

/** clip(x / 6 + 1/2, 0, 1); the gradient at ±3 is 0. */
export const hardsigmoid = (x: Tensor): Tensor =>
  where(x.lessEqual(-3), 0, where(x.greaterEqual(3), 1, x.mul(1 / 6).add(0.5)));

/** x / (1 + |x|). */
export const softsign = (x: Tensor): Tensor => x.div(x.abs().add(1));
