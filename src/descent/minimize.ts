// Gradient descent on any differentiable function of tensors: w^t = w^(t−1) − η∇Q(w^(t−1)), the path and why it ended.
// Knows nothing of networks or data sets.
import { DivergenceError, DTypeError, ShapeError } from "../base/errors.ts";
import { RandomStream } from "../base/random.ts";
import { leavesOf, mapTree, type Tree } from "../base/tree.ts";
import { tensor } from "../tensor/create.ts";
import { isTensor } from "../tensor/gradients.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Descender, type Measured, type Objective } from "./descender.ts";
import { descendByCurvature } from "./lbfgs.ts";
import {
  type BatchOptions,
  type Checked,
  checkOptions,
  type LbfgsOptions,
  type MinimizeOptions,
} from "./options.ts";
import { type Descent, type PathPoint, type Plain, reasonOf } from "./result.ts";
import { ValidationWatch } from "./validation-watch.ts";
import { GrowthWatch, OscillationWatch } from "./watches.ts";

function checkStart(leaves: readonly { readonly path: string; readonly value: Tensor }[]): void {
  if (leaves.length === 0)
    throw new ShapeError("minimize: w0 holds no tensor. Give a tensor or a tree of them.");
  const wrong = leaves.find(({ value }) => value.dtype !== "float32");
  if (wrong === undefined) return;
  throw new DTypeError(
    `minimize: w0${wrong.path && `.${wrong.path}`} is ${wrong.value.dtype}, only float32 has gradients. Cast it.`,
    { path: wrong.path, dtype: wrong.value.dtype },
  );
}

/** Which batch each step is taken on: in turn, each pass in an order of its own where there is a seed. */
function batchOrder({ batches, seed }: Checked<never>): (step: number) => unknown {
  if (batches === undefined) return () => undefined;
  let order: ArrayLike<number> = batches.map((_, i) => i);
  return (step) => {
    const place = step % batches.length;
    if (place === 0 && seed !== undefined) {
      order = new RandomStream(seed, step / batches.length).permutation(batches.length);
    }
    return batches[order[place]!];
  };
}

const isFinitePoint = ({ value, gradientNorm, stepNorm }: Measured): boolean =>
  [value, gradientNorm, stepNorm].every(Number.isFinite);

function divergence(step: number, at: Measured, before: number, start: number, eta: number): DivergenceError {
  const fields = { step, value: at.value, gradientNorm: at.gradientNorm, eta };
  const found = `Q(w) = ${at.value}, ‖∇Q(w)‖ = ${at.gradientNorm}`;
  if (step === 0) {
    return new DivergenceError(
      `minimize: there is no slope to follow at w0, ${found}. Start where Q and its gradient are finite.`,
      fields,
    );
  }
  const cure =
    before < start
      ? `Q fell until then: it has no lower bound on this path, or eta = ${eta} is too large.`
      : `Take a smaller eta than ${eta}.`;
  return new DivergenceError(
    `minimize: diverged at step ${step}, ${found} after Q(w0) = ${start}. ${cure}`,
    fields,
  );
}

function noteOf(eta: number, growth: GrowthWatch, oscillation: OscillationWatch): { note?: string } {
  if (growth.isClimbing) return { note: `Q grows from step to step: eta = ${eta} is too large.` };
  if (!oscillation.isOscillating) return {};
  return { note: `w goes back and forth and comes no nearer: eta = ${eta} is too large.` };
}

/**
 * Descends from w0 along the negative gradient, w^t = w^(t−1) − η∇Q(w^(t−1)), until a criterion holds. w is a float32
 * tensor or a tree of them, and w0 stays as it is; Q gives a scalar. With `batches` Q takes a batch (a tensor, or a
 * tree of them, all of equal shapes) as well: one batch of all data is plain descent, an example a batch stochastic
 * descent, anything between mini-batches. Throws `DivergenceError` where Q or w leaves the finite numbers or grows
 * without bound, `ConfigError` for a wrong option. With `method: "lbfgs"` each step goes where the curvature seen in
 * the last steps says, as far as a line search finds it worth while (Liu & Nocedal 1989).
 */
export async function minimize<W extends Tree<Tensor>, B>(
  Q: (w: W, batch: B) => Tensor,
  w0: W,
  options: BatchOptions<B, W>,
): Promise<Descent<W>>;
export async function minimize<W extends Tree<Tensor>>(
  Q: (w: W) => Tensor,
  w0: W,
  options: MinimizeOptions<W> | LbfgsOptions<W>,
): Promise<Descent<W>>;
export async function minimize<W extends Tree<Tensor>>(
  Q: (w: W, batch: never) => Tensor,
  w0: W,
  options: MinimizeOptions<W> | LbfgsOptions<W>,
): Promise<Descent<W>> {
  const checked = checkOptions(options);
  const leaves = leavesOf<Tensor>(w0, isTensor);
  checkStart(leaves);
  const copies = new Map<Tensor, Tensor>();
  for (const { value } of leaves) {
    copies.set(value, tensor(await value.data(), { shape: value.shape, dtype: "float32" }));
  }
  const w = mapTree<Tensor, Tensor>(w0, isTensor, (leaf) => copies.get(leaf)!) as W;
  if (checked.method === "lbfgs") return descendByCurvature(Q as Objective<W>, w, checked);
  return descend(new Descender(Q as Objective<W>, w, checked.eta), checked);
}

async function descend<W extends Tree<Tensor>>(
  descender: Descender<W>,
  options: Checked<W>,
): Promise<Descent<W>> {
  const [growth, oscillation] = [new GrowthWatch(), new OscillationWatch()];
  const watch = options.validation && new ValidationWatch(options.validation);
  const batchOf = batchOrder(options as Checked<never>);
  const path: PathPoint<W>[] = [];
  let [start, before] = [0, 0];
  for (let step = 0; ; step++) {
    const at = await descender.advance(batchOf(step));
    if (step === 0) start = at.value;
    growth.see(at.value, at.stepNorm);
    oscillation.see(at.gradientNorm, at.turn);
    if (!isFinitePoint(at) || growth.isLost) throw divergence(step, at, before, start, options.eta);
    before = at.value;
    const isOver = (await watch?.isOver(step, at.value, descender)) ?? false;
    const reason = reasonOf(step, at, isOver, options as Checked<never>);
    if (step % options.every === 0 || reason !== undefined) {
      const { turn: _, ...measured } = at;
      path.push({ step, w: (await descender.plain()) as Plain<W>, ...measured });
    }
    if (reason === undefined) continue;
    const note = reason === "max-steps" ? noteOf(options.eta, growth, oscillation) : {};
    const end = { w: descender.w, steps: step, reason, path, ...note };
    if (watch === undefined) return { ...end, value: at.value };
    const { value, ...best } = await watch.restore();
    return { ...end, value, best };
  }
}
