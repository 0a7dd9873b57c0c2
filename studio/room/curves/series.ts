// The curves of one run as they grow: its steps, what was measured at each, and the scores of its epochs.
// The same for a branch trained here and a run of the command line. Knows nothing of plots.
import type { EpochEvent, StepEvent } from "nabla/train";
import { Smoothing } from "./smooth.ts";

export const QUANTITIES = [
  ...(["loss", "accuracy", "learningRate"] as const),
  ...(["gradientNorm", "updateNorm", "imagesPerSecond"] as const),
] as const;
export type Quantity = (typeof QUANTITIES)[number];

/** Steps and what was measured, one entry a step event. */
export type Points = Readonly<Record<"step" | Quantity, readonly number[]>>;

export class Series {
  readonly steps: number[] = [];
  readonly values: Readonly<Record<Quantity, number[]>> = {
    ...{ loss: [], accuracy: [], learningRate: [] },
    ...{ gradientNorm: [], updateNorm: [], imagesPerSecond: [] },
  };
  readonly epochs: EpochEvent[] = [];
  #smoothed = new Map<Quantity, Smoothing>();
  #beta = 0;

  add(points: Points): void {
    for (let i = 0; i < points.step.length; i++) this.steps.push(points.step[i]!);
    for (const name of QUANTITIES) {
      const [to, from] = [this.values[name], points[name]];
      for (let i = 0; i < points.step.length; i++) to.push(from[i]!);
    }
  }

  addEvent(event: StepEvent): void {
    this.steps.push(event.step);
    for (const name of QUANTITIES) this.values[name].push(event[name] ?? Number.NaN);
  }

  addEpochs(epochs: readonly EpochEvent[]): void {
    this.epochs.push(...epochs);
  }

  smoothed(name: Quantity, beta: number): readonly number[] {
    if (beta !== this.#beta) {
      this.#smoothed.clear();
      this.#beta = beta;
    }
    let smoothing = this.#smoothed.get(name);
    if (smoothing === undefined) {
      smoothing = new Smoothing(beta);
      this.#smoothed.set(name, smoothing);
    }
    return smoothing.follow(this.values[name]);
  }

  get last(): number {
    return this.steps.at(-1) ?? 0;
  }
}
