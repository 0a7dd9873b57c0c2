// Watches over a descent: does it grow without bound, does it go back and forth. Know nothing of tensors.

// A descent that rises ten times in a row, its steps growing each time, is not about to turn back; a millionfold
// rise leaves no doubt.
const RISES = 10;
const BEYOND_DOUBT = 1e6;

/** Sees a descent that climbs: Q and the length of the steps grow together, step after step. */
export class GrowthWatch {
  #rises = 0;
  #base = 0;
  #value = Number.POSITIVE_INFINITY;
  #stepNorm = Number.POSITIVE_INFINITY;

  see(value: number, stepNorm: number): void {
    const isRise = value > this.#value && stepNorm > this.#stepNorm;
    if (!isRise) this.#base = Math.abs(value);
    this.#rises = isRise ? this.#rises + 1 : 0;
    this.#value = value;
    this.#stepNorm = stepNorm;
  }

  /** Q has risen in every one of the last steps, and each was longer than the one before. */
  get isClimbing(): boolean {
    return this.#rises >= RISES;
  }

  /** It has climbed so far that it will not come back. */
  get isLost(): boolean {
    return this.isClimbing && this.#value > BEYOND_DOUBT * this.#base;
  }
}

const TURNS = 4;

/** Sees a descent that goes back and forth: each step leads back along the one before and is no shorter. */
export class OscillationWatch {
  #turns = 0;
  #gradientNorm = Number.POSITIVE_INFINITY;

  /** `turn` is the product of the last two gradients. */
  see(gradientNorm: number, turn: number): void {
    const isBack = turn < -0.99 * gradientNorm * this.#gradientNorm;
    this.#turns = isBack && gradientNorm > 0.999 * this.#gradientNorm ? this.#turns + 1 : 0;
    this.#gradientNorm = gradientNorm;
  }

  get isOscillating(): boolean {
    return this.#turns >= TURNS;
  }
}
