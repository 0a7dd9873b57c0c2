// The curvature of a function as the last steps have shown it: L-BFGS's two loops. Plain numbers; knows no tensors.

/** Σ aᵢbᵢ. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** a + s·b, as a new array. */
export const addScaled = (a: Float64Array, s: number, b: Float64Array): Float64Array =>
  a.map((x, i) => x + s * b[i]!);

interface Pair {
  readonly step: Float64Array;
  readonly turn: Float64Array;
  /** 1 / (step · turn). */
  readonly rho: number;
}

/** Keeps the last steps and what they did to the gradient, and turns a gradient into a direction by them. */
export class Curvature {
  readonly #memory: number;
  #pairs: Pair[] = [];

  constructor(memory: number) {
    this.#memory = memory;
  }

  /** Remembers a step and the change of the gradient over it; one that shows no positive curvature is passed over. */
  see(step: Float64Array, turn: Float64Array): void {
    const product = dot(step, turn);
    if (!(product > 1e-10 * dot(turn, turn) ** 0.5 * dot(step, step) ** 0.5)) return;
    this.#pairs = [...this.#pairs, { step, turn, rho: 1 / product }].slice(-this.#memory);
  }

  get isEmpty(): boolean {
    return this.#pairs.length === 0;
  }

  /** Forgets all, so that the next direction is that of steepest descent. */
  clear(): void {
    this.#pairs = [];
  }

  /** −H∇Q, where H is the inverse of the curvature as far as it is known (Nocedal 1980). */
  direction(gradient: Float64Array): Float64Array {
    let q: Float64Array = gradient;
    const shares = this.#pairs.map(() => 0);
    for (let i = this.#pairs.length - 1; i >= 0; i--) {
      const { step, turn, rho } = this.#pairs[i]!;
      shares[i] = rho * dot(step, q);
      q = addScaled(q, -shares[i]!, turn);
    }
    const last = this.#pairs.at(-1);
    const scale = last === undefined ? 1 : 1 / (last.rho * dot(last.turn, last.turn));
    let r: Float64Array = q.map((x) => -scale * x);
    this.#pairs.forEach(({ step, turn, rho }, i) => {
      r = addScaled(r, -shares[i]! - rho * dot(turn, r), step);
    });
    return r;
  }
}
