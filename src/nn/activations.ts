// The layers of activations beyond the primitive ones: each applies the function of tensors of the same name.
import { ConfigError } from "../base/errors.ts";
import * as functions from "../tensor/activations.ts";
import { logSoftmax as logSoftmaxOf, softmax as softmaxOf } from "../tensor/functions.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { LayerObject } from "./layer.ts";

const layer = (type: string, f: (x: Tensor) => Tensor): LayerObject => ({ type, forward: (x) => f(x) });

function checkFinite(type: string, name: string, value: number): void {
  if (Number.isFinite(value)) return;
  throw new ConfigError(`${type}: ${name} ${value} must be a finite number. Give one such as 0.1.`, {
    [name]: value,
  });
}

/** x where x > 0, else slope·x. */
export function leakyRelu(slope = 0.01): LayerObject {
  checkFinite("leakyRelu", "slope", slope);
  return layer("leakyRelu", (x) => functions.leakyRelu(x, slope));
}

/** x where x > 0, else α(eˣ − 1) (Clevert, Unterthiner, Hochreiter 2016). */
export function elu(alpha = 1): LayerObject {
  checkFinite("elu", "alpha", alpha);
  return layer("elu", (x) => functions.elu(x, alpha));
}

/** λ·elu(x) with the λ and α that keep mean 0 and variance 1 (Klambauer et al. 2017). */
export const selu = (): LayerObject => layer("selu", functions.selu);

/** x·Φ(x), by the error function, or with approximate "tanh" by x/2·(1 + tanh(√(2/π)(x + 0.044715x³))). */
export const gelu = ({
  approximate = "none",
}: {
  readonly approximate?: "none" | "tanh";
} = {}): LayerObject => layer("gelu", (x) => functions.gelu(x, { approximate: approximate === "tanh" }));

/** x·σ(x), also called swish. */
export const silu = (): LayerObject => layer("silu", functions.silu);

/** x·tanh(log(1 + eˣ)) (Misra 2019). */
export const mish = (): LayerObject => layer("mish", functions.mish);

/** x·min(max(x + 3, 0), 6)/6 (Howard et al. 2019). */
export const hardswish = (): LayerObject => layer("hardswish", functions.hardswish);

/** min(max(x + 3, 0), 6)/6. */
export const hardsigmoid = (): LayerObject => layer("hardsigmoid", functions.hardsigmoid);

/** log(1 + eˣ). */
export const softplus = (): LayerObject => layer("softplus", functions.softplus);

/** x / (1 + |x|). */
export const softsign = (): LayerObject => layer("softsign", functions.softsign);

/** eˣ / Σ eˣ along `axis`, the last unless given. */
export const softmax = (axis = -1): LayerObject => layer("softmax", (x) => softmaxOf(x, axis));

/** x − log Σ eˣ along `axis`, the last unless given. */
export const logSoftmax = (axis = -1): LayerObject => layer("logSoftmax", (x) => logSoftmaxOf(x, axis));
