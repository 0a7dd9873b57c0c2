// Brings curves of any length to as many places as a plot has pixels: of each part of the axis the least and the
// greatest value, so that no spike is lost. Knows nothing of what the curves are of.

/** Places on the axis that curves share. */
export interface Grid {
  readonly x: readonly number[];
  readonly first: number;
  /** The length of one part. */
  readonly width: number;
  /** Places of one part: 1, where every step has its own, or 2, for the least and the greatest value. */
  readonly places: 1 | 2;
}

/**
 * Places from `first` to `last`, `most` at the most (or two, if that is more); values lie at least `unit` apart. Parts grow
 * by doubling, so that a grid seldom changes but by what is added to its end.
 */
export function gridOf(first: number, last: number, most: number, unit = 1): Grid {
  const count = Math.max(0, Math.round((last - first) / unit) + 1);
  if (count <= most) {
    return { x: Array.from({ length: count }, (_, i) => first + i * unit), first, width: unit, places: 1 };
  }
  const steps = 2 ** Math.ceil(Math.log2(count / Math.max(1, Math.floor(most / 2))));
  const [width, parts] = [steps * unit, Math.ceil(count / steps)];
  const x = Array.from({ length: 2 * parts }, (_, i) => first + (i >> 1) * width + (i % 2) * (width / 2));
  return { x, first, width, places: 2 };
}

type Values = readonly (number | null)[];

/** Of a step that is told to be at a place but for rounding. */
const ROUNDING = 1e-6;

/**
 * Values at rising steps on a grid: of each part the least and the greatest, in the order in which they come. Goes on
 * where it was as values are added, as long as the grid does not change but at its end.
 */
export class Envelope {
  #grid: Pick<Grid, "first" | "width" | "places"> | undefined;
  #values: (number | null)[] = [];
  /** Values that are on the grid; and of the part of the last one, its place and where its least and greatest are. */
  #done = 0;
  #part = -1;
  #least = 0;
  #greatest = 0;

  follow(steps: ArrayLike<number>, values: ArrayLike<number>, grid: Grid): Values {
    const { first, width, places, x } = grid;
    const before = this.#grid;
    if (before?.first !== first || before.width !== width || before.places !== places) {
      this.#grid = { first, width, places };
      this.#values = [];
      [this.#done, this.#part] = [0, -1];
    }
    for (let at = this.#values.length; at < x.length; at++) this.#values.push(null);
    let [part, least, greatest] = [this.#part, this.#least, this.#greatest];
    for (let i = this.#done; i < steps.length; i++) {
      const value = values[i]!;
      if (!Number.isFinite(value)) continue;
      const place = places * Math.floor((steps[i]! - first) / width + ROUNDING);
      if (place !== part) {
        this.#put(values, part, least, greatest);
        [part, least, greatest] = [place, i, i];
      } else if (value < values[least]!) least = i;
      else if (value > values[greatest]!) greatest = i;
    }
    this.#put(values, part, least, greatest);
    [this.#done, this.#part, this.#least, this.#greatest] = [steps.length, part, least, greatest];
    return this.#values.slice(0, x.length);
  }

  #put(values: ArrayLike<number>, part: number, least: number, greatest: number): void {
    if (part < 0) return;
    const [a, b] = least <= greatest ? [least, greatest] : [greatest, least];
    this.#values[part] = values[a]!;
    if (this.#grid!.places > 1) this.#values[part + 1] = values[b]!;
  }
}
