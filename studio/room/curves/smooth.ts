// Exponential smoothing without the bias of its start: s_t = βs_{t−1} + (1 − β)x_t, shown as s_t/(1 − β^t).
// Goes on where it was as values are added. Knows nothing of what is smoothed.
import { Column } from "./column.ts";

export class Smoothing {
  readonly beta: number;
  /** One for each value seen. */
  readonly #values = new Column();
  #sum = 0;
  #weight = 0;

  constructor(beta: number) {
    this.beta = beta;
  }

  /** Takes in what has been added to `raw` since; what is no number leaves the last value as it is. */
  follow(raw: ArrayLike<number>): Float64Array {
    const { beta } = this;
    const from = this.#values.all.length;
    const more = this.#values.extend(raw.length - from);
    let [sum, weight] = [this.#sum, this.#weight];
    for (let i = 0; i < more.length; i++) {
      const value = raw[from + i]!;
      if (Number.isFinite(value)) {
        sum = beta * sum + (1 - beta) * value;
        weight = beta * weight + (1 - beta);
      }
      more[i] = weight === 0 ? Number.NaN : sum / weight;
    }
    [this.#sum, this.#weight] = [sum, weight];
    return this.#values.all;
  }
}
