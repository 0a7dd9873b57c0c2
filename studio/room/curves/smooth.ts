// Exponential smoothing without the bias of its start: s_t = βs_{t−1} + (1 − β)x_t, shown as s_t/(1 − β^t).
// Goes on where it was as values are added. Knows nothing of what is smoothed.

export class Smoothing {
  readonly beta: number;
  /** One for each value seen. */
  readonly values: number[] = [];
  #sum = 0;
  #weight = 0;

  constructor(beta: number) {
    this.beta = beta;
  }

  /** Takes in what has been added to `raw` since; what is no number leaves the last value as it is. */
  follow(raw: readonly number[]): readonly number[] {
    const { beta, values } = this;
    let [sum, weight] = [this.#sum, this.#weight];
    for (let i = values.length; i < raw.length; i++) {
      const value = raw[i]!;
      if (Number.isFinite(value)) {
        sum = beta * sum + (1 - beta) * value;
        weight = beta * weight + (1 - beta);
      }
      values.push(weight === 0 ? Number.NaN : sum / weight);
    }
    [this.#sum, this.#weight] = [sum, weight];
    return this.values;
  }
}
