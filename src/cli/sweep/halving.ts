// Successive halving: how many trials go how far. Numbers only.

/** A round of trials, each trained up to so many epochs in all. */
export interface Rung {
  readonly trials: number;
  readonly epochs: number;
}

/** What is shared out. */
export interface HalvingOptions {
  readonly trials: number;
  /** Epochs of the trials that are trained to the end. */
  readonly epochs: number;
  /** Epochs of the first round, at least. */
  readonly minEpochs: number;
  /** After each round the best 1/eta of the trials go on, with eta times the epochs. */
  readonly eta: number;
}

/** The rounds of successive halving, so that each costs about as much (Jamieson & Talwalkar 2016). */
export function rungsOf({ trials, epochs, minEpochs, eta }: HalvingOptions): Rung[] {
  const rungs: Rung[] = [];
  let divisor = 1;
  while (epochs / (divisor * eta) >= minEpochs && trials / (divisor * eta) >= 1) divisor *= eta;
  for (let alive = trials; divisor >= 1; alive = Math.max(1, Math.floor(alive / eta)), divisor /= eta) {
    rungs.push({ trials: alive, epochs: Math.round(epochs / divisor) });
  }
  return rungs;
}
