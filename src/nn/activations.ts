// Activations beyond the primitive ones: functions of tensors and the layers that apply them. Each has a finite
// derivative wherever its argument is finite, PyTorch's value at its kinks, and lets NaN through.
import { logSoftmax as logSoftmaxOf, softmax as softmaxOf, where } from "../tensor/functions.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { LayerObject } from "./layer.ts";

const layer = (type: string, f: (x: Tensor) => Tensor): LayerObject => ({ type, forward: (x) => f(x) });

/** log(1 + eˣ), exact for large and small x. */
export function softplusOf(x: Tensor): Tensor {
  const isPositive = x.greater(0);
  // −|x|, written with branches so that the derivative at 0 is right.
  return where(isPositive, x, 0).add(where(isPositive, x.neg(), x).exp().log1p());
}

/** x where x > 0, else slope·x. */
export const leakyRelu = (slope = 0.01): LayerObject =>
  layer("leakyRelu", (x) => where(x.greater(0), x, x.mul(slope)));

function eluOf(x: Tensor, alpha: number): Tensor {
  const isPositive = x.greater(0);
  // The exponent of the branch not taken must not overflow.
  return where(isPositive, x, where(isPositive, 0, x).expm1().mul(alpha));
}

/** x where x > 0, else α(eˣ − 1) (Clevert, Unterthiner, Hochreiter 2016). */
export const elu = (alpha = 1): LayerObject => layer("elu", (x) => eluOf(x, alpha));

/** λ·elu(x) with the λ and α that keep mean 0 and variance 1 (Klambauer et al. 2017). */
export const selu = (): LayerObject =>
  layer("selu", (x) => eluOf(x, 1.6732632423543772).mul(1.0507009873554805));

/** x·Φ(x) with the normal distribution's Φ (Hendrycks & Gimpel 2016). */
const geluExact = (x: Tensor): Tensor => x.mul(0.5).mul(x.mul(Math.SQRT1_2).erf().add(1));

/** x/2·(1 + tanh(√(2/π)(x + 0.044715x³))). */
function geluTanh(x: Tensor): Tensor {
  // Beyond 10 the tanh is 1 to the last bit of a double; without the bound x³ would overflow and give 0·∞.
  const bounded = where(x.abs().less(10), x, x.sign().mul(10));
  const inner = bounded.add(bounded.square().mul(bounded).mul(0.044715)).mul(Math.sqrt(2 / Math.PI));
  return x.mul(0.5).mul(inner.tanh().add(1));
}

/** x·Φ(x), by the error function, or with approximate "tanh" by x/2·(1 + tanh(√(2/π)(x + 0.044715x³))). */
export const gelu = ({
  approximate = "none",
}: {
  readonly approximate?: "none" | "tanh";
} = {}): LayerObject => layer("gelu", approximate === "tanh" ? geluTanh : geluExact);

/** x·σ(x), also called swish. */
export const silu = (): LayerObject => layer("silu", (x) => x.mul(x.sigmoid()));

/** x·tanh(log(1 + eˣ)) (Misra 2019). */
export const mish = (): LayerObject => layer("mish", (x) => x.mul(softplusOf(x).tanh()));

/** x·min(max(x + 3, 0), 6)/6 (Howard et al. 2019). */
export const hardswish = (): LayerObject =>
  layer("hardswish", (x) => where(x.less(-3), 0, where(x.lessEqual(3), x.mul(x.div(6).add(0.5)), x)));

/** min(max(x + 3, 0), 6)/6. */
export const hardsigmoid = (): LayerObject =>
  layer("hardsigmoid", (x) => where(x.lessEqual(-3), 0, where(x.greaterEqual(3), 1, x.div(6).add(0.5))));

/** log(1 + eˣ). */
export const softplus = (): LayerObject => layer("softplus", softplusOf);

/** x / (1 + |x|). */
export const softsign = (): LayerObject => layer("softsign", (x) => x.div(x.abs().add(1)));

/** eˣ / Σ eˣ along `axis`, the last unless given. */
export const softmax = (axis = -1): LayerObject => layer("softmax", (x) => softmaxOf(x, axis));

/** x − log Σ eˣ along `axis`, the last unless given. */
export const logSoftmax = (axis = -1): LayerObject => layer("logSoftmax", (x) => logSoftmaxOf(x, axis));
