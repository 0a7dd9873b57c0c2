// Brings curves of any length to as many places as a plot has pixels: of each part of the steps the least and the
// greatest value, so that no spike is lost. Knows nothing of what the curves are of.

/** Places on the axis of steps that curves share. */
export interface Grid {
  readonly x: readonly number[];
  readonly first: number;
  /** Steps of one part; of 1, where every step has its own place. Longer parts have two places. */
  readonly width: number;
}

/** Places for the steps first … last, `most` at the most (or two, if that is more). */
export function gridOf(first: number, last: number, most: number): Grid {
  const count = Math.max(0, last - first + 1);
  if (count <= most) return { x: Array.from({ length: count }, (_, i) => first + i), first, width: 1 };
  const width = Math.ceil(count / Math.max(1, Math.floor(most / 2)));
  const parts = Math.ceil(count / width);
  const x = Array.from({ length: 2 * parts }, (_, i) => first + (i >> 1) * width + (i % 2) * (width / 2));
  return { x, first, width };
}

type Values = (number | null)[];

/** Values at rising steps on the grid: of each part the least and the greatest, in the order in which they come. */
export function envelope(steps: readonly number[], values: readonly number[], grid: Grid): Values {
  const result: Values = new Array(grid.x.length).fill(null);
  const { first, width } = grid;
  const places = width === 1 ? 1 : 2;
  let [part, least, greatest] = [-1, 0, 0];
  const put = (): void => {
    if (part < 0) return;
    const [a, b] = least <= greatest ? [least, greatest] : [greatest, least];
    result[part] = values[a]!;
    if (places > 1) result[part + 1] = values[b]!;
  };
  for (let i = 0; i < steps.length; i++) {
    if (!Number.isFinite(values[i])) continue;
    const place = places * Math.floor((steps[i]! - first) / width);
    if (place !== part) {
      put();
      [part, least, greatest] = [place, i, i];
    } else if (values[i]! < values[least]!) least = i;
    else if (values[i]! > values[greatest]!) greatest = i;
  }
  put();
  return result;
}
