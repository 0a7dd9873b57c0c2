// How many steps to ask of the device at a time: enough that a call costs little beside its steps, few enough that
// one hears of them many times a second. Results never depend on it.

/** Milliseconds a call should take. */
const CALL = 75;
/** A call is at most so many times as long as the one before, so that a slow start does not mislead. */
const GROWTH = 4;

/** Chooses the number of steps of the next call by the time the last ones took. */
export class Pace {
  #last = 0;
  #milliseconds = 0;

  /** Steps to ask for, at least 1 and at most `remaining`. */
  next(remaining: number): number {
    // The first call includes what is done once: tracing, compiling, filling the device's memory.
    if (this.#last === 0 || this.#milliseconds === 0) return Math.min(1, remaining);
    const wanted = Math.floor(CALL / this.#milliseconds);
    return Math.max(1, Math.min(wanted, this.#last * GROWTH, remaining));
  }

  /** Tells how long a call took. */
  record(steps: number, milliseconds: number): void {
    const isFirst = this.#last === 0;
    this.#last = steps;
    if (!isFirst) this.#milliseconds = Math.max(milliseconds / steps, 1e-3);
  }
}
