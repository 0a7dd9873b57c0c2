// An axis of parallel coordinates: where a value lies on it, from 0 (below) to 1 (above). Numbers that go over more than
// two powers of ten lie by their logarithm; words lie evenly.
import type { Setting } from "./sweeps.ts";

export interface Axis {
  readonly name: string;
  readonly placeOf: (value: Setting) => number;
  /** Values at marks along it. */
  readonly marks: readonly Setting[];
}

const WIDE = 100;
const MOST_MARKS = 5;

export function axisOf(name: string, values: readonly Setting[]): Axis {
  const different = [...new Set(values)];
  if (!different.every((value) => typeof value === "number")) {
    const words = different.map(String).sort();
    const placeOf = (value: Setting): number =>
      words.length < 2 ? 0.5 : words.indexOf(String(value)) / (words.length - 1);
    return { name, placeOf, marks: words };
  }
  const numbers = different.toSorted((a, b) => a - b);
  const [low, high] = [numbers[0] ?? 0, numbers.at(-1) ?? 0];
  const scale = low > 0 && high / low >= WIDE ? Math.log : (value: number) => value;
  const span = scale(high) - scale(low);
  const placeOf = (value: Setting): number => (span === 0 ? 0.5 : (scale(Number(value)) - scale(low)) / span);
  const middle = scale === Math.log ? Math.sqrt(low * high) : (low + high) / 2;
  const marks = numbers.length <= MOST_MARKS ? numbers : [low, middle, high];
  return { name, placeOf, marks };
}
