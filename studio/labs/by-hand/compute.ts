// What the lab of the convolution by hand computes: every product under the filter and their sums, on the engine.
// Runs in a worker and in Node alike.
import { conv2d, Generator, tensor, unfold } from "nabla";

/** A square matrix, row by row. */
export interface Square {
  readonly side: number;
  readonly values: readonly number[];
}

/** A convolution taken apart. */
export interface Walk {
  /** Places of the filter in a row: image side − filter side + 1. */
  readonly side: number;
  /** For each place, row by row, the products x·w under the filter, row by row. */
  readonly products: readonly (readonly number[])[];
  /** The sum of each place's products. */
  readonly map: readonly number[];
}

/** Every place of the filter on the image. */
export async function walk(image: Square, filter: Square): Promise<Walk> {
  const x = tensor(image.values, { shape: [1, 1, image.side, image.side] });
  const w = tensor(filter.values, { shape: [1, 1, filter.side, filter.side] });
  // [1, taps, places] → [places, taps]
  const windows = unfold(x, filter.side).squeeze(0).transpose();
  const products = await windows.mul(w.reshape(1, filter.values.length)).data();
  const map = await conv2d(x, w).data();
  const taps = filter.values.length;
  return {
    side: image.side - filter.side + 1,
    products: Array.from(map, (_, place) => [...products.slice(place * taps, (place + 1) * taps)]),
    map: [...map],
  };
}

/** An image of whole numbers from 0 to 9, from a seed. */
export async function drawImage(side: number, seed: number): Promise<number[]> {
  return [...(await new Generator(seed).uniform([side, side], 0, 10).floor().data())];
}
