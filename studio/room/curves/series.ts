// The curves of one run as they grow, smoothed as far as asked for, and the scores of its epochs. The same for a branch
// trained here and a run of the command line. Knows nothing of plots.
import type { EpochEvent } from "nabla/train";
import type { Clock } from "../clock.ts";
import { type Points, QUANTITIES, type Quantity } from "../points.ts";
import { Column } from "./column.ts";
import { Envelope, type Grid } from "./grid.ts";
import { Smoothing } from "./smooth.ts";

const NAMES = ["step", ...QUANTITIES] as const;

/** One quantity smoothed, and what of it is drawn. */
interface Drawn {
  readonly smoothing: Smoothing;
  readonly envelope: Envelope;
}

export class Series {
  /** What was measured at each step, in columns. */
  readonly points = Object.fromEntries(NAMES.map((name) => [name, new Float64Array(0)])) as unknown as Record<
    "step" | Quantity,
    Float64Array
  >;
  readonly epochs: EpochEvent[] = [];
  /** How its steps, epochs and images go together, once it is known. */
  clock: Clock | undefined;
  readonly #columns = new Map(NAMES.map((name) => [name, new Column()]));
  readonly #raw = new Map<Quantity, Envelope>();
  readonly #smoothed = new Map<Quantity, Drawn>();

  constructor(clock?: Clock) {
    this.clock = clock;
  }

  add(points: Points, epochs: readonly EpochEvent[]): void {
    for (const [name, column] of this.#columns) {
      column.add(points[name]);
      this.points[name] = column.all;
    }
    this.epochs.push(...epochs);
  }

  get steps(): Float64Array {
    return this.points.step;
  }

  /** The last step; 0 before the first. */
  get last(): number {
    return this.steps.at(-1) ?? 0;
  }

  smoothed(name: Quantity, beta: number): Float64Array {
    return this.#smooth(name, beta).smoothing.follow(this.points[name]);
  }

  /** A quantity as it was measured, on a grid. */
  drawRaw(name: Quantity, grid: Grid): readonly (number | null)[] {
    const envelope = this.#raw.get(name) ?? new Envelope();
    this.#raw.set(name, envelope);
    return envelope.follow(this.steps, this.points[name], grid);
  }

  /** The same, smoothed. */
  draw(name: Quantity, beta: number, grid: Grid): readonly (number | null)[] {
    return this.#smooth(name, beta).envelope.follow(this.steps, this.smoothed(name, beta), grid);
  }

  #smooth(name: Quantity, beta: number): Drawn {
    let drawn = this.#smoothed.get(name);
    if (drawn?.smoothing.beta !== beta) {
      drawn = { smoothing: new Smoothing(beta), envelope: new Envelope() };
      this.#smoothed.set(name, drawn);
    }
    return drawn;
  }
}
