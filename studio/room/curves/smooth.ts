// Exponential smoothing without the bias of its start: s_t = βs_{t−1} + (1 − β)x_t, shown as s_t/(1 − β^t).
// Goes on where it was as values are added. Knows nothing of what is smoothed.

export class Smoothing {
  readonly #beta: number;
  /** One for each value seen. */
  readonly values: number[] = [];
  #sum = 0;
  #weight = 0;

  constructor(beta: number) {
    this.#beta = beta;
  }

  /** Takes in what has been added to `raw` since; what is no number leaves the last value as it is. */
  follow(raw: readonly number[]): readonly number[] {
    for (let i = this.values.length; i < raw.length; i++) {
      const value = raw[i]!;
      if (Number.isFinite(value)) {
        this.#sum = this.#beta * this.#sum + (1 - this.#beta) * value;
        this.#weight = this.#beta * this.#weight + (1 - this.#beta);
      }
      this.values.push(this.#weight === 0 ? Number.NaN : this.#sum / this.#weight);
    }
    return this.values;
  }
}
