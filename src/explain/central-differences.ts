// A gradient graph against central differences, both in float64 from the op records alone: no device, no kernels, and
// nothing of the values that are read is changed. Knows nothing of layers.
import type { RandomStream } from "../base/random.ts";
import { gradient } from "../compile/gradient.ts";
import { evaluateNodes } from "../device/reference/evaluate.ts";
import { type Node, type Slot, topologicalOrder, type Values } from "../ir/node.ts";
import { slotOf } from "../ops/leaf.ts";

/** Where a gradient is farthest from central differences. */
export interface Deviation {
  /** |analytic − numeric| / max(|analytic|, |numeric|, the gradient's largest element, 1e-4). */
  readonly error: number;
  readonly analytic: number;
  readonly numeric: number;
}

/** ∂root/∂x at one point, to be compared along directions. */
export class GradientProbe {
  readonly #root: Node;
  readonly #slots: ReadonlyMap<Slot, Values>;
  readonly #values: ReadonlyMap<Node, Values>;
  readonly #order: readonly Node[];
  readonly #gradients: ReadonlyMap<Node, Values>;

  /** `root` is one number; `wrt` are nodes that read slots; `slots` holds all that root depends on. */
  constructor(root: Node, wrt: readonly Node[], slots: ReadonlyMap<Slot, Values>) {
    this.#root = root;
    this.#slots = slots;
    this.#order = topologicalOrder([root]);
    this.#values = evaluateNodes([root], slots);
    const slopes = gradient(root, wrt);
    const computed = evaluateNodes(slopes, slots, this.#values);
    this.#gradients = new Map(wrt.map((node, i) => [node, computed.get(slopes[i]!)!]));
  }

  /** The gradient by x, which is one of `wrt`. */
  gradientBy(x: Node): Values {
    return this.#gradients.get(x)!;
  }

  /** root with `x` moved; only what depends on x is computed again. */
  #rootAt(x: Node, moved: Values): number {
    const affected = new Set<Node>([x]);
    for (const node of this.#order) if (node.inputs.some((input) => affected.has(input))) affected.add(node);
    const known = new Map([...this.#values].filter(([node]) => !affected.has(node)));
    const slots = new Map(this.#slots).set(slotOf(x)!, moved);
    return evaluateNodes([this.#root], slots, known.set(x, moved)).get(this.#root)![0]!;
  }

  /**
   * The derivative along `direction`: gradient · direction against (Q(x + h·direction) − Q(x − h·direction)) / 2h. Where a
   * step crosses a kink (of relu, of a maximum) the two differ though the gradient is right; a kink is not crossed by a
   * step short enough, a wrong gradient stays wrong: the best of three steps counts, and one that is `good` is not repeated.
   */
  along(x: Node, direction: Values, good = 1e-7): Deviation {
    const at = this.#slots.get(slotOf(x)!)!;
    const slope = this.gradientBy(x);
    const analytic = slope.reduce((sum, value, i) => sum + value * direction[i]!, 0);
    const largest = slope.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-4);
    let best: Deviation | undefined;
    for (const h of STEPS) {
      const end = (sign: number) =>
        this.#rootAt(
          x,
          at.map((value, i) => value + sign * h * direction[i]!),
        );
      const numeric = (end(1) - end(-1)) / (2 * h);
      const scale = Math.max(Math.abs(analytic), Math.abs(numeric), largest);
      const deviation = { error: Math.abs(analytic - numeric) / scale, analytic, numeric };
      if (best === undefined || deviation.error < best.error) best = deviation;
      if (best.error < good) break;
    }
    return best!;
  }

  /** The worst of up to `most` elements of x, drawn at random, each moved alone. */
  byElements(x: Node, most: number, random: RandomStream): Deviation & { readonly checked: number } {
    const { length } = this.gradientBy(x);
    const chosen =
      length <= most ? Int32Array.from({ length }, (_, i) => i) : random.permutation(length).slice(0, most);
    let worst: Deviation = { error: 0, analytic: 0, numeric: 0 };
    for (const i of chosen) {
      const deviation = this.along(x, new Float64Array(length).fill(1, i, i + 1));
      if (!(deviation.error <= worst.error)) worst = deviation;
    }
    return { ...worst, checked: chosen.length };
  }

  /** x moved in all its elements at once, in a random direction of length 1. */
  byDirection(x: Node, random: RandomStream, good?: number): Deviation {
    const direction = this.gradientBy(x).map(() => random.normal());
    const length = Math.sqrt(direction.reduce((sum, value) => sum + value ** 2, 0));
    return this.along(
      x,
      direction.map((value) => value / length),
      good,
    );
  }
}

const STEPS = [1e-5, 1e-6, 1e-7];
