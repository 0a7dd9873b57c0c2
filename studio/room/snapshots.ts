// States of training kept in memory, so that any past step can be gone back to. Within a budget of bytes: where it is
// used up, every other state goes and states are kept half as often. Knows nothing of how states are made.
import type { TrainingState } from "nabla/train";

/** Bytes of numbers in a state. */
export function bytesOf({ parameters, optimizerState }: TrainingState): number {
  const all = [...Object.values(parameters), ...Object.values(optimizerState)];
  return all.reduce((sum, { data }) => sum + data.byteLength, 0);
}

export const stepOf = ({ epoch, position, stepsPerEpoch }: TrainingState): number =>
  epoch * stepsPerEpoch + position;

export class Snapshots {
  readonly #budget: number;
  /** By branch, in the order of steps. */
  readonly #kept = new Map<number, TrainingState[]>();
  #interval = 1;

  constructor(budget: number) {
    this.#budget = budget;
  }

  /** Steps between states that are kept, at the least. */
  get interval(): number {
    return this.#interval;
  }

  get bytes(): number {
    return [...this.#kept.values()].flat().reduce((sum, state) => sum + bytesOf(state), 0);
  }

  /** Keeps a state of a branch; the newest of each branch always stays. */
  add(branch: number, state: TrainingState): void {
    const kept = this.#kept.get(branch) ?? [];
    const step = stepOf(state);
    // Gone back to and done again, the same steps give the same states.
    if (kept.some((each) => stepOf(each) === step)) return;
    this.#kept.set(branch, this.#spaced([...kept, state].sort((a, b) => stepOf(a) - stepOf(b))));
    while (this.bytes > this.#budget && this.#canThin()) this.#thin();
  }

  /** The newest state of a branch at or before `step`. */
  before(branch: number, step: number): TrainingState | undefined {
    return this.#kept.get(branch)?.findLast((state) => stepOf(state) <= step);
  }

  /** The states of a branch that are kept, in their order. */
  statesOf(branch: number): readonly TrainingState[] {
    return this.#kept.get(branch) ?? [];
  }

  #canThin(): boolean {
    return [...this.#kept.values()].some((states) => states.length > 2);
  }

  #thin(): void {
    this.#interval *= 2;
    for (const [branch, states] of this.#kept) this.#kept.set(branch, this.#spaced(states));
  }

  /** Those that are far enough from the last one kept, and the newest. */
  #spaced(states: readonly TrainingState[]): TrainingState[] {
    let last = Number.NEGATIVE_INFINITY;
    return states.filter((state, index) => {
      const isKept = index === states.length - 1 || stepOf(state) - last >= this.#interval;
      if (isKept) last = stepOf(state);
      return isKept;
    });
  }
}
