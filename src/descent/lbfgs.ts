// Descent by L-BFGS: quasi-Newton directions from the last steps, lengths from a line search.
// Knows nothing of how minimize() is called.
import { DivergenceError } from "../base/errors.ts";
import { leavesOf, mapTree, type Tree } from "../base/tree.ts";
import { compile } from "../tensor/compile.ts";
import { gradients, isTensor } from "../tensor/gradients.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { addScaled, Curvature, dot } from "./curvature.ts";
import type { Objective } from "./descender.ts";
import { findStep, type Probe } from "./line-search.ts";
import type { Checked } from "./options.ts";
import { type Descent, type DescentReason, type PathPoint, type Plain, reasonOf } from "./result.ts";
import { ValidationWatch } from "./validation-watch.ts";

/** A point of all numbers of w in a row, with Q and its gradient there. */
interface Place {
  readonly w: Float64Array;
  readonly value: number;
  readonly gradient: Float64Array;
}

/** The tensors of w and Q on the device. */
class Ground<W extends Tree<Tensor>> {
  readonly w: W;
  readonly #leaves: readonly Tensor[];
  readonly #measure: () => Promise<{ value: Tensor; slopes: Tensor[] }>;

  constructor(Q: Objective<W>, w: W) {
    this.w = w;
    const leaves = leavesOf<Tensor>(w, isTensor).map(({ value }) => value);
    this.#leaves = leaves;
    this.#measure = compile(() => {
      const value = Q(w, undefined);
      return { value, slopes: gradients(value, leaves) };
    });
  }

  async #flat(tensors: readonly Tensor[]): Promise<Float64Array> {
    const parts = await Promise.all(tensors.map((x) => x.data()));
    return Float64Array.from(parts.flatMap((part) => [...part]));
  }

  /** Puts w there. */
  async move(to: Float64Array): Promise<void> {
    let begin = 0;
    for (const leaf of this.#leaves) {
      await leaf.write(to.slice(begin, begin + leaf.size));
      begin += leaf.size;
    }
  }

  /** Q and its gradient where w is. */
  async measure(): Promise<Place> {
    const { value, slopes } = await this.#measure();
    return {
      w: await this.#flat(this.#leaves),
      value: await value.item(),
      gradient: await this.#flat(slopes),
    };
  }

  async plain(): Promise<unknown> {
    const numbers = await Promise.all(this.#leaves.map((leaf) => leaf.toArray()));
    const byLeaf = new Map(this.#leaves.map((leaf, i) => [leaf, numbers[i]!]));
    return mapTree<Tensor, unknown>(this.w, isTensor, (leaf) => byLeaf.get(leaf));
  }

  async mark(): Promise<() => Promise<void>> {
    const kept = await this.#flat(this.#leaves);
    return () => this.move(kept);
  }
}

const norm = (x: Float64Array): number => Math.sqrt(dot(x, x));

/** The next place along the direction that the curvature gives, or undefined where none is lower. */
async function advance(ground: Ground<never>, at: Place, curvature: Curvature): Promise<Place | undefined> {
  let direction = curvature.direction(at.gradient);
  if (!(dot(direction, at.gradient) < 0)) {
    curvature.clear();
    direction = at.gradient.map((x) => -x);
  }
  const probe = async (step: number): Promise<Probe<Place>> => {
    await ground.move(addScaled(at.w, step, direction));
    const point = await ground.measure();
    return { step, value: point.value, slope: dot(point.gradient, direction), point };
  };
  const origin = { step: 0, value: at.value, slope: dot(at.gradient, direction), point: at };
  // Without curvature the length is unknown: a step of at most 1, as in PyTorch's LBFGS.
  const first = curvature.isEmpty ? Math.min(1, 1 / norm(at.gradient)) : 1;
  const found = await findStep(probe, origin, first);
  await ground.move((found?.point ?? at).w);
  return found?.point;
}

function checkPlace({ value, gradient }: Place, step: number): void {
  if (Number.isFinite(value) && gradient.every(Number.isFinite)) return;
  throw new DivergenceError(
    `minimize: Q(w) = ${value} at step ${step} of L-BFGS, ‖∇Q(w)‖ = ${norm(gradient)}. ` +
      `Start where Q and its gradient are finite.`,
    { step, value },
  );
}

const NOTE = "no lower point is found along the direction: w is as good as the device's precision tells.";

/**
 * Descends from w, in place, by L-BFGS (Liu & Nocedal, "On the limited memory BFGS method", 1989) until a criterion
 * holds or no lower point is found ("line-search"). Throws `DivergenceError` where Q is not finite.
 */
export async function descendByCurvature<W extends Tree<Tensor>>(
  Q: Objective<W>,
  w: W,
  options: Checked<W>,
): Promise<Descent<W>> {
  const ground = new Ground(Q, w);
  const curvature = new Curvature(options.memory);
  const watch = options.validation && new ValidationWatch(options.validation);
  const path: PathPoint<W>[] = [];
  let at = await ground.measure();
  let stepNorm = 0;
  for (let step = 0; ; step++) {
    checkPlace(at, step);
    const isOver = (await watch?.isOver(step, at.value, ground)) ?? false;
    const point = { value: at.value, gradientNorm: norm(at.gradient), stepNorm };
    let reason: DescentReason | undefined = reasonOf(step, point, isOver, options as Checked<never>);
    const next = reason === undefined ? await advance(ground as Ground<never>, at, curvature) : undefined;
    if (next === undefined) reason ??= "line-search";
    if (step % options.every === 0 || reason !== undefined) {
      if (next !== undefined) await ground.move(at.w);
      path.push({ step, w: (await ground.plain()) as Plain<W>, ...point });
      if (next !== undefined) await ground.move(next.w);
    }
    if (next !== undefined) {
      const moved = addScaled(next.w, -1, at.w);
      curvature.see(moved, addScaled(next.gradient, -1, at.gradient));
      stepNorm = norm(moved);
      at = next;
      continue;
    }
    const note = reason === "line-search" ? { note: NOTE } : {};
    const end = { w, steps: step, reason: reason!, path, ...note };
    if (watch === undefined) return { ...end, value: at.value };
    const { value, ...best } = await watch.restore();
    return { ...end, value, best };
  }
}
