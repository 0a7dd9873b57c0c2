// The curves of one run as they grow, smoothed as far as asked for, and the scores of its epochs. The same for a branch
// trained here and a run of the command line. Knows nothing of plots.
import type { EpochEvent } from "nabla/train";
import type { Clock } from "../clock.ts";
import { addPoints, noPoints, type Points, type Quantity } from "../points.ts";
import { Smoothing } from "./smooth.ts";

export class Series {
  readonly points: Points = noPoints();
  readonly epochs: EpochEvent[] = [];
  /** How its steps, epochs and images go together, once it is known. */
  clock: Clock | undefined;
  readonly #smoothed = new Map<Quantity, Smoothing>();

  constructor(clock?: Clock) {
    this.clock = clock;
  }

  add(points: Points, epochs: readonly EpochEvent[]): void {
    addPoints(this.points, points);
    this.epochs.push(...epochs);
  }

  get steps(): readonly number[] {
    return this.points.step;
  }

  /** The last step; 0 before the first. */
  get last(): number {
    return this.steps.at(-1) ?? 0;
  }

  smoothed(name: Quantity, beta: number): readonly number[] {
    let smoothing = this.#smoothed.get(name);
    if (smoothing?.beta !== beta) {
      smoothing = new Smoothing(beta);
      this.#smoothed.set(name, smoothing);
    }
    return smoothing.follow(this.points[name]);
  }
}
