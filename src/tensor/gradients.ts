// Differentiating functions of tensors: grad, valueAndGrad, and the check against central differences.
import { NablaError, ShapeError } from "../base/errors.ts";
import { leavesOf, mapTree, type Tree } from "../base/tree.ts";
import { gradient } from "../compile/gradient.ts";
import { topologicalOrder } from "../ir/node.ts";
import { slotOf } from "../ops/leaf.ts";
import { tensor } from "./create.ts";
import { isComputed } from "./storage.ts";
import { Tensor } from "./tensor.ts";

/** True for tensors: the leaves of trees of parameters. */
export const isTensor = (value: unknown): value is Tensor => value instanceof Tensor;

/**
 * Throws where y depends on none of the leaves, but on values that were read: reading lets a formula go, and a gradient
 * of 0 would say something else.
 */
function checkFormula(y: Tensor, leaves: readonly Tensor[]): void {
  const order = topologicalOrder([y.node]);
  const nodes = new Set(order);
  if (leaves.some(({ node }) => nodes.has(node))) return;
  const wasRead = order.some((node) => {
    const slot = slotOf(node);
    return slot !== undefined && isComputed(slot);
  });
  if (!wasRead) return;
  throw new NablaError(
    "NABLA_GRADIENT",
    "gradients: the value, or one it is made of, has been read already, and with that its formula was let go. Take " +
      "gradients before reading the value (data, item), or use valueAndGrad.",
  );
}

/** ∂y/∂w for every tensor w of a tree, in a tree of the same form; y is a scalar. */
export function gradients<T extends Tree<Tensor>>(y: Tensor, wrt: T): T {
  if (!isTensor(y)) {
    throw new ShapeError(`gradients: the function gives ${typeof y}, no tensor. Return a scalar tensor.`);
  }
  const leaves = leavesOf<Tensor>(wrt, isTensor).map(({ value }) => value);
  checkFormula(y, leaves);
  const results = gradient(
    y.node,
    leaves.map(({ node }) => node),
  );
  const byTensor = new Map(leaves.map((leaf, i) => [leaf, new Tensor(results[i]!)]));
  return mapTree<Tensor, Tensor>(wrt, isTensor, (leaf) => byTensor.get(leaf)!) as T;
}

/** The function that gives (f(w, …), ∂f/∂w); w is a tensor or a tree of them, f gives a scalar. */
export const valueAndGrad =
  <W extends Tree<Tensor>, A extends unknown[]>(f: (w: W, ...rest: A) => Tensor) =>
  (w: W, ...rest: A): [value: Tensor, gradient: W] => {
    const value = f(w, ...rest);
    return [value, gradients(value, w)];
  };

/** The function that gives ∂f/∂w; w is a tensor or a tree of them, f gives a scalar. */
export const grad =
  <W extends Tree<Tensor>, A extends unknown[]>(f: (w: W, ...rest: A) => Tensor) =>
  (w: W, ...rest: A): W =>
    valueAndGrad(f)(w, ...rest)[1];

/** How well a gradient agrees with central differences. */
export interface GradientCheck {
  /** Largest |analytic − numeric| / max(1, |analytic|, |numeric|). */
  readonly error: number;
  /** Flat index of the element where it is. */
  readonly index: number;
  readonly analytic: number;
  readonly numeric: number;
}

/**
 * Compares ∂f/∂x with (f(x + h) − f(x − h)) / 2h in every element. On the reference device, which computes in
 * float64, h = 1e-5 leaves about 1e-9; in float32 take h near 1e-2 and expect about 1e-3.
 */
export async function checkGradients(
  f: (x: Tensor) => Tensor,
  x: Tensor,
  step = 1e-5,
): Promise<GradientCheck> {
  if (x.size === 0)
    throw new ShapeError("checkGradients: x is empty. Give at least one number.", { shape: x.shape });
  const analytic = await grad(f)(x).data();
  const at = Float64Array.from(await x.data());
  const value = async (i: number, delta: number) => {
    const moved = at.slice();
    moved[i]! += delta;
    return f(tensor(moved, { shape: x.shape, dtype: "float32" })).item();
  };
  let worst: GradientCheck = { error: -1, index: 0, analytic: 0, numeric: 0 };
  for (let i = 0; i < at.length; i++) {
    const numeric = ((await value(i, step)) - (await value(i, -step))) / (2 * step);
    const error = Math.abs(analytic[i]! - numeric) / Math.max(1, Math.abs(analytic[i]!), Math.abs(numeric));
    if (!(error <= worst.error)) worst = { error, index: i, analytic: analytic[i]!, numeric };
  }
  return worst;
}
