// For tests: images and how they are read, in plain TypeScript, without tensors.
import { RandomStream } from "../src/base/random.ts";
import { type Augmentation, augment } from "../src/data/augment/augmentation.ts";
import { tensor } from "../src/tensor/create.ts";
import type { Generator } from "../src/tensor/random.ts";

/** One channel of one image, row by row. */
export interface Plane {
  readonly height: number;
  readonly width: number;
  readonly pixels: readonly number[];
}

/** A plane of noise from 0 to 1. */
export function noisePlane(height: number, width: number, seed: number): Plane {
  const random = new RandomStream(seed);
  return { height, width, pixels: Array.from({ length: height * width }, () => random.uniform()) };
}

/** A plane whose pixels are f(y, x). */
export const planeOf = (height: number, width: number, f: (y: number, x: number) => number): Plane => ({
  height,
  width,
  pixels: Array.from({ length: height * width }, (_, i) => f(Math.floor(i / width), i % width)),
});

/** The value at (y, x), between pixels linearly; 0 outside. */
export function readAt({ height, width, pixels }: Plane, y: number, x: number): number {
  const [top, left] = [Math.floor(y), Math.floor(x)];
  let sum = 0;
  for (const [row, down] of [[top, 1 - (y - top)] as const, [top + 1, y - top] as const]) {
    for (const [column, across] of [[left, 1 - (x - left)] as const, [left + 1, x - left] as const]) {
      const isInside = row >= 0 && row < height && column >= 0 && column < width;
      if (isInside) sum += down * across * pixels[row * width + column]!;
    }
  }
  return sum;
}

/** The images of one channel after the augmentations, each as its pixels. */
export async function augmentPlanes(
  planes: readonly Plane[],
  list: readonly Augmentation[],
  generator: Generator,
): Promise<number[][]> {
  const { height, width } = planes[0]!;
  const images = tensor(
    planes.flatMap(({ pixels }) => pixels),
    { shape: [planes.length, 1, height, width] },
  );
  const labels = tensor(Int32Array.from(planes, (_, i) => i));
  const data = await augment({ images, labels, classes: planes.length }, list, generator).images.data();
  return planes.map((_, i) => [...data.slice(i * height * width, (i + 1) * height * width)]);
}

/** Σ pixel · (y, x) / Σ pixel: the centre of what is bright, relative to the image's centre. */
export function centroid(pixels: readonly number[], { height, width }: Plane): { y: number; x: number } {
  const total = pixels.reduce((sum, value) => sum + value, 0);
  const mean = (at: (i: number) => number) =>
    pixels.reduce((sum, value, i) => sum + value * at(i), 0) / total;
  return {
    y: mean((i) => Math.floor(i / width)) - (height - 1) / 2,
    x: mean((i) => i % width) - (width - 1) / 2,
  };
}
