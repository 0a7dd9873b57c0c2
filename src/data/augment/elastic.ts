// Elastic deformation: every pixel moved along a smooth random field.
import { tensor } from "../../tensor/create.ts";
import type { Generator } from "../../tensor/random.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Places, Warp } from "./augmentation.ts";
import { checkOptions } from "./catalog.ts";

/** Options of elastic. */
export interface ElasticOptions {
  /** Strength in pixels: what uniform noise in ±1 is multiplied by once it is smooth; 34 if left out. */
  readonly alpha?: number | undefined;
  /** Standard deviation of the Gaussian that smooths the noise, in pixels; 4 if left out. */
  readonly sigma?: number | undefined;
}

/** Where a Gaussian is cut off, in standard deviations. */
const REACH = 4;

/** The position in 0 … size − 1 that i is mirrored to at the outer edges: … 1 0 | 0 1 2 | 2 1 …. */
function mirror(i: number, size: number): number {
  const place = ((i % (2 * size)) + 2 * size) % (2 * size);
  return place < size ? place : 2 * size - 1 - place;
}

/** The Gaussian blur of a line of `size` pixels as a matrix: its rows are weights that add up to 1. */
export function blurMatrix(size: number, sigma: number): number[][] {
  const reach = Math.ceil(REACH * sigma);
  const weights = Array.from({ length: 2 * reach + 1 }, (_, k) =>
    Math.exp(-0.5 * ((k - reach) / sigma) ** 2),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return Array.from({ length: size }, (_, i) => {
    const row = new Array<number>(size).fill(0);
    weights.forEach((weight, k) => {
      row[mirror(i + k - reach, size)]! += weight / total;
    });
    return row;
  });
}

/** Displacements in pixels for N images: α times uniform noise in ±1 that a Gaussian has smoothed, [H, 2 (x, y), N, W]. */
export function displacements(
  { count, height, width }: Pick<Places, "count" | "height" | "width">,
  { alpha = 34, sigma = 4 }: ElasticOptions,
  generator: Generator,
): Tensor {
  // Both blurs are one product each: the columns of all images side by side, then their rows one below another.
  const noise = generator.uniform([height, 2 * count * width]);
  const blurred = tensor(blurMatrix(height, sigma))
    .matmul(noise)
    .reshape(2 * height * count, width)
    .matmul(tensor(blurMatrix(width, sigma)).transpose());
  // Rows of the matrices add up to 1, so that the noise can be brought from [0, 1) to ±1 at the end.
  return blurred
    .mul(2 * alpha)
    .sub(alpha)
    .reshape(height, 2, count, width);
}

/**
 * Elastic deformation (Simard, Steinkraus, Platt 2003): each pixel is read, between pixels linearly, where a smooth random
 * field says. α and σ are in pixels as in the paper; torchvision's ElasticTransform has twice the α for the same field.
 */
export function elastic(options: ElasticOptions = {}): Warp {
  checkOptions("elastic", options);
  const warp = (places: Places, generator: Generator): Places => {
    const field = displacements(places, options, generator).permute(1, 2, 0, 3);
    const plane = (axis: number) => field.slice([axis, axis + 1]).squeeze(0);
    return { ...places, x: places.x.add(plane(0)), y: places.y.add(plane(1)) };
  };
  return { kind: "warp", name: "elastic", endsRun: true, warp };
}
