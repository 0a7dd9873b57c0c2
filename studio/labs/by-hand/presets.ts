// The images and filters of the lab, and the state it opens in. Knows nothing of the page or the engine.
import { clamp } from "../../lab/state.ts";

export const SIDE = 5;
export const IMAGES = {
  example: [1, 2, 0, 3, 1, 3, 4, 1, 0, 2, 0, 1, 5, 2, 0, 2, 0, 1, 6, 3, 1, 3, 2, 0, 7],
  slope: [1, 2, 3, 4, 5, 3, 4, 5, 6, 7, 5, 6, 7, 8, 9, 7, 8, 9, 10, 11, 9, 10, 11, 12, 13],
  edge: [0, 0, 5, 5, 5, 0, 0, 5, 5, 5, 0, 0, 5, 5, 5, 0, 0, 5, 5, 5, 0, 0, 5, 5, 5],
} as const;
export type ImageName = keyof typeof IMAGES | "random";
export const FILTERS = {
  diagonal: [1, 0, 0, 1],
  difference: [-1, 1, -1, 1],
  vertical: [-1, 0, 1, -2, 0, 2, -1, 0, 1],
  sharpen: [0, -1, 0, -1, 5, -1, 0, -1, 0],
} as const satisfies Record<string, readonly number[]>;
export type FilterName = keyof typeof FILTERS;
export const FILTER_NAMES = Object.keys(FILTERS) as readonly FilterName[];
export const MOST = 999;
export const NO_ANSWERS: readonly number[] = [];

export const USUAL = {
  image: "example" as string,
  w: FILTERS.diagonal as readonly number[],
  x: 0,
  y: 0,
  own: false,
  /** Place and sum in turn. */
  answers: NO_ANSWERS,
  seed: 1,
};

/** A state that makes sense: names that exist, the filter inside the image, answers in pairs. */
export function check(given: typeof USUAL): typeof USUAL {
  const isImage = Object.hasOwn(IMAGES, given.image) || given.image === "random";
  const w = [4, 9].includes(given.w.length) ? given.w.map((v) => clamp(v, -MOST, MOST)) : USUAL.w;
  const last = SIDE - Math.sqrt(w.length);
  return {
    image: isImage ? given.image : USUAL.image,
    w,
    x: clamp(Math.round(given.x), 0, last),
    y: clamp(Math.round(given.y), 0, last),
    own: given.own,
    answers: given.answers.length % 2 === 0 ? given.answers : [],
    seed: clamp(Math.round(given.seed), 1, 9999),
  };
}
