// The filters and pictures one can choose. Knows nothing of the page.
import type { SceneName } from "./compute.ts";

/** Names of the drawn pictures, without the module that draws them. */
export const SCENE_NAMES: readonly SceneName[] = ["street", "face", "fence", "waves", "noise"];

const GAUSS = [1, 4, 6, 4, 1];

export const FILTERS = {
  across: [-1, 0, 1, -2, 0, 2, -1, 0, 1],
  down: [-1, -2, -1, 0, 0, 0, 1, 2, 1],
  outline: [0, 1, 0, 1, -4, 1, 0, 1, 0],
  sharpen: [0, -1, 0, -1, 5, -1, 0, -1, 0],
  emboss: [-2, -1, 0, -1, 1, 1, 0, 1, 2],
  mean: new Array<number>(9).fill(1 / 9),
  blur: GAUSS.flatMap((a) => GAUSS.map((b) => (a * b) / 256)),
  same: [0, 0, 0, 0, 1, 0, 0, 0, 0],
} as const satisfies Record<string, readonly number[]>;
export type FilterName = keyof typeof FILTERS;
export const FILTER_NAMES = Object.keys(FILTERS) as readonly FilterName[];

/** Filters whose weights add up to 1 give pictures; the others give answers with a sign. */
export const viewOf = (w: readonly number[]): View =>
  Math.abs(w.reduce((sum, value) => sum + value, 0) - 1) < 1e-3 ? "light" : "signed";

export const VIEWS = ["signed", "light"] as const;
export type View = (typeof VIEWS)[number];

/** The name of these weights, if they have one. */
export const nameOf = (w: readonly number[]): FilterName | undefined =>
  FILTER_NAMES.find((name) => {
    const known: readonly number[] = FILTERS[name];
    return known.length === w.length && known.every((value, i) => Math.abs(value - w[i]!) < 1e-9);
  });

/** The same filter with another side: zeros around it, or its middle. */
export function withSide(w: readonly number[], side: number): number[] {
  const old = Math.sqrt(w.length);
  const shift = (side - old) / 2;
  return Array.from({ length: side * side }, (_, i) => {
    const [row, column] = [Math.floor(i / side) - shift, (i % side) - shift];
    return row >= 0 && row < old && column >= 0 && column < old ? w[row * old + column]! : 0;
  });
}
