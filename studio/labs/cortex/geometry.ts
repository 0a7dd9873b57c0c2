// The sizes of the lab's net and the directions at which its filters are measured. Knows nothing of the engine or the page.

export const FILTERS = 8;
export const FILTER_SIDE = 9;
export const IMAGE_SIDE = 28;

/** Passes over the images at the most, and steps in each. */
export const MOST_EPOCHS = 24;
export const BATCH = 50;
export const IMAGES = 1000;

/** Degrees between the directions measured, and the directions. */
export const ANGLE_STEP = 5;
export const ANGLES: readonly number[] = Array.from({ length: 180 / ANGLE_STEP }, (_, i) => ANGLE_STEP * i);

/** The angle between two directions, 0 … 90 degrees: a bar turned by 180° is the same bar. */
export function between(a: number, b: number): number {
  const turned = Math.abs(a - b) % 180;
  return Math.min(turned, 180 - turned);
}
