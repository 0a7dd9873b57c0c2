// What the lab of the error computes: a loss and each factor of its derivative, by the engine's differentiation of each
// piece and of the whole. Runs in a worker and in Node alike.
import { grad, nn, type Tensor, tensor } from "nabla";
import type { Chain, Example, LossName, OutputName } from "./losses.ts";

/** L(a, y). */
const losses: Readonly<Record<LossName, (a: Tensor, y: Tensor) => Tensor>> = {
  squared: (a, y) => nn.mse(a, y),
  absolute: (a, y) => nn.l1(a, y),
  huber: (a, y) => nn.huber(a, y),
  // −y·ln a − (1 − y)·ln(1 − a)
  crossEntropy: (a, y) =>
    y
      .mul(a.log())
      .add(y.neg().add(1).mul(a.neg().add(1).log()))
      .neg(),
};

/** a = f(z). */
const outputs: Readonly<Record<OutputName, (z: Tensor) => Tensor>> = {
  identity: (z) => z.mul(1),
  sigmoid: (z) => z.sigmoid(),
};

/** The chain of one example, every derivative from the engine. */
export async function chain(loss: LossName, output: OutputName, { y, x, w }: Example): Promise<Chain> {
  const [target, input, weight] = [tensor(y), tensor(x), tensor(w)];
  const multiply = (v: Tensor): Tensor => v.mul(input);
  const L = (a: Tensor): Tensor => losses[loss](a, target);
  const f = outputs[output];
  // Cross-entropy of a sigmoid is taken from z: from a, ln a of a saturated a loses its digits.
  const whole = (v: Tensor): Tensor =>
    loss === "crossEntropy" ? nn.bceWithLogits(multiply(v), target) : L(f(multiply(v)));
  const z = await multiply(weight).item();
  const a = await f(tensor(z)).item();
  return {
    z,
    a,
    loss: await whole(weight).item(),
    lossByA: await grad(L)(tensor(a)).item(),
    aByZ: await grad(f)(tensor(z)).item(),
    zByW: await grad(multiply)(weight).item(),
    aByW: await grad((v: Tensor) => f(multiply(v)))(weight).item(),
    lossByW: await grad(whole)(weight).item(),
  };
}

/** ∂L/∂a at each of `count` answers from min to max. */
export async function slopes(
  loss: LossName,
  y: number,
  min: number,
  max: number,
  count: number,
): Promise<number[]> {
  const a = Array.from({ length: count }, (_, i) => min + ((max - min) * i) / (count - 1));
  const target = tensor(new Array<number>(count).fill(y));
  // The sum over independent answers: each has its own derivative.
  const total = (answers: Tensor): Tensor => {
    if (loss === "squared") return nn.mse(answers, target, { reduction: "sum" });
    if (loss === "absolute") return nn.l1(answers, target, { reduction: "sum" });
    return loss === "huber"
      ? nn.huber(answers, target, { reduction: "sum" })
      : losses[loss](answers, target).sum();
  };
  return [...(await grad(total)(tensor(a)).data())];
}
