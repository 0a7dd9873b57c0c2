// What a sweep searches: fields of a training configuration with lists or ranges of values, and the ways to choose
// from them. Plain values; knows nothing of how a trial is run.
import type { z } from "zod";
import { ConfigError } from "../../base/errors.ts";
import { RandomStream } from "../../base/random.ts";

/** A value of a configuration's field: mostly a text, a number or yes or no, and whatever JSON can say. */
export type Value = z.core.util.JSONType;

/** A field with the values it may have, one by one. */
export interface Choice {
  readonly key: string;
  readonly values: readonly Value[];
}

/** A field with the numbers from min to max, evenly on a linear or logarithmic scale. */
export interface Range {
  readonly key: string;
  readonly min: number;
  readonly max: number;
  readonly scale: "linear" | "log";
  /** Numbers a grid takes of it, both ends included. */
  readonly count?: number | undefined;
  readonly isWhole: boolean;
}

export type Dimension = Choice | Range;

/** The swept fields of one trial. */
export type Point = Readonly<Record<string, Value>>;

const isChoice = (dimension: Dimension): dimension is Choice => "values" in dimension;

/** The number at a share of 0 … 1 of the way from min to max. */
function at({ min, max, scale, isWhole }: Range, share: number): number {
  const value = scale === "log" ? min * (max / min) ** share : min + (max - min) * share;
  // The ends are to be hit exactly, and rounding must not lead outside.
  const held = share === 1 ? max : Math.min(max, Math.max(min, value));
  return isWhole ? Math.round(held) : Number(held.toPrecision(6));
}

function gridValues(dimension: Dimension): readonly Value[] {
  if (isChoice(dimension)) return dimension.values;
  const { key, count } = dimension;
  if (count === undefined) {
    throw new ConfigError(
      `sweep: a grid cannot take all numbers of the range of "${key}". Say how many, as in count: 5, or use strategy: random.`,
      { key },
    );
  }
  return [...new Set(Array.from({ length: count }, (_, i) => at(dimension, i / (count - 1))))];
}

/** Every combination of values; the last field changes fastest. */
export const gridPoints = (dimensions: readonly Dimension[]): Point[] =>
  dimensions.reduce<Point[]>(
    (points, dimension) => {
      const values = gridValues(dimension);
      return points.flatMap((point) => values.map((value) => ({ ...point, [dimension.key]: value })));
    },
    [{}],
  );

// Where there are few combinations, so many draws in a row that were there before mean that all have been drawn.
const MOST_REPEATS = 200;

/** Up to `count` different points drawn at random; fewer where there are not so many. */
export function randomPoints(dimensions: readonly Dimension[], count: number, seed: number): Point[] {
  const random = new RandomStream(seed);
  const draw = (dimension: Dimension): Value =>
    isChoice(dimension)
      ? dimension.values[random.integer(dimension.values.length)]!
      : at(dimension, random.uniform());
  const points = new Map<string, Point>();
  for (let repeats = 0; points.size < count && repeats < MOST_REPEATS; ) {
    const point = Object.fromEntries(dimensions.map((dimension) => [dimension.key, draw(dimension)]));
    const name = JSON.stringify(point);
    repeats = points.has(name) ? repeats + 1 : 0;
    points.set(name, point);
  }
  return [...points.values()];
}
