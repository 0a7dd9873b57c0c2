// The point that descends: one compiled step that moves it and measures where it has come.
// Knows nothing of criteria or paths.
import { leavesOf, mapTree, type Tree } from "../base/tree.ts";
import { compile } from "../tensor/compile.ts";
import { tensor } from "../tensor/create.ts";
import { stack } from "../tensor/functions.ts";
import { gradients, isTensor } from "../tensor/gradients.ts";
import { Tensor } from "../tensor/tensor.ts";

/** What one call to the device tells. */
export interface Measured {
  readonly value: number;
  readonly gradientNorm: number;
  readonly stepNorm: number;
  /** ∇Q(w^t) · ∇Q(w^(t−1)). */
  readonly turn: number;
}

/** Q of w and the batch of the step. */
export type Objective<W> = (w: W, batch: unknown) => Tensor;

const total = (terms: readonly Tensor[]): Tensor => terms.reduce((sum, term) => sum.add(term));
const dot = (a: readonly Tensor[], b: readonly Tensor[]): Tensor =>
  total(a.map((x, i) => x.mul(b[i]!).sum()));

/** The point that descends: its tensors change in place from step to step. */
export class Descender<W extends Tree<Tensor>> {
  readonly w: W;
  readonly #leaves: readonly Tensor[];
  readonly #step: (batch: unknown) => Promise<Tensor>;

  constructor(Q: Objective<W>, w: W, eta: number) {
    this.w = w;
    const leaves = leavesOf<Tensor>(w, isTensor).map(({ value }) => value);
    this.#leaves = leaves;
    // The gradient waits here from one call to the next, 0 at first: the first call measures at w0 and stays there.
    const slopes = leaves.map(({ size, shape }) => tensor(new Float32Array(size), { shape }));
    this.#step = compile((batch: unknown) => {
      const before = leaves.map(({ node }) => new Tensor(node));
      const last = slopes.map(({ node }) => new Tensor(node));
      leaves.forEach((leaf, i) => {
        leaf.assign(leaf.sub(slopes[i]!.mul(eta)));
      });
      const moved = leaves.map((leaf, i) => leaf.sub(before[i]!));
      const value = Q(w, batch);
      const next = gradients(value, leaves);
      slopes.forEach((slope, i) => {
        slope.assign(next[i]!);
      });
      return stack([value.reshape(), dot(next, next).sqrt(), dot(moved, moved).sqrt(), dot(next, last)]);
    });
  }

  /** Takes the step that the last gradient asks for (none at first) and measures where it leads. */
  async advance(batch: unknown): Promise<Measured> {
    const [value, gradientNorm, stepNorm, turn] = await (await this.#step(batch)).data();
    return { value: value!, gradientNorm: gradientNorm!, stepNorm: stepNorm!, turn: turn! };
  }

  /** The numbers of w as they are now, in a tree of the same form. */
  async plain(): Promise<unknown> {
    const numbers = await Promise.all(this.#leaves.map((leaf) => leaf.toArray()));
    const byLeaf = new Map(this.#leaves.map((leaf, i) => [leaf, numbers[i]!]));
    return mapTree<Tensor, unknown>(this.w, isTensor, (leaf) => byLeaf.get(leaf));
  }

  /** Keeps w as it is now; the function returned brings it back. */
  async mark(): Promise<() => Promise<void>> {
    const kept = await Promise.all(this.#leaves.map((leaf) => leaf.data()));
    return async () => {
      for (const [i, leaf] of this.#leaves.entries()) await leaf.write(kept[i]!);
    };
  }
}
