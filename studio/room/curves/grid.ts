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

/** Places from `first` to `last`, `most` at the most (or two, if that is more); values lie at least `unit` apart. */
export function gridOf(first: number, last: number, most: number, unit = 1): Grid {
  const count = Math.max(0, Math.round((last - first) / unit) + 1);
  if (count <= most) {
    return { x: Array.from({ length: count }, (_, i) => first + i * unit), first, width: unit, places: 1 };
  }
  const width = Math.ceil(count / Math.max(1, Math.floor(most / 2))) * unit;
  const parts = Math.ceil((count * unit) / width);
  const x = Array.from({ length: 2 * parts }, (_, i) => first + (i >> 1) * width + (i % 2) * (width / 2));
  return { x, first, width, places: 2 };
}

type Values = (number | null)[];

/** Of a step that is told to be at a place but for rounding. */
const ROUNDING = 1e-6;

/** Values at rising steps on the grid: of each part the least and the greatest, in the order in which they come. */
export function envelope(steps: readonly number[], values: readonly number[], grid: Grid): Values {
  const result: Values = new Array(grid.x.length).fill(null);
  const { first, width, places } = grid;
  let [part, least, greatest] = [-1, 0, 0];
  const put = (): void => {
    if (part < 0) return;
    const [a, b] = least <= greatest ? [least, greatest] : [greatest, least];
    result[part] = values[a]!;
    if (places > 1) result[part + 1] = values[b]!;
  };
  for (let i = 0; i < steps.length; i++) {
    if (!Number.isFinite(values[i])) continue;
    const place = places * Math.floor((steps[i]! - first) / width + ROUNDING);
    if (place !== part) {
      put();
      [part, least, greatest] = [place, i, i];
    } else if (values[i]! < values[least]!) least = i;
    else if (values[i]! > values[greatest]!) greatest = i;
  }
  put();
  return result;
}
