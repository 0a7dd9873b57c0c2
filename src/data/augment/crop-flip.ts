// Moves by whole pixels: random crops of the padded image, and mirroring.
import type { Generator } from "../../tensor/random.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Places, Warp } from "./augmentation.ts";
import { checkOptions } from "./catalog.ts";

/** Options of randomCrop. */
export interface RandomCropOptions {
  /** Pixels put around the image before a piece of its old size is cut out, for all sides or [horizontal, vertical]. */
  readonly padding: number | readonly [number, number];
}

/** A piece of each image's own size out of the image padded with black: a shift by up to `padding` whole pixels, evenly drawn. */
export function randomCrop(options: RandomCropOptions): Warp {
  checkOptions("crop", options);
  const { padding } = options;
  const [right, down] = typeof padding === "number" ? [padding, padding] : padding;
  const warp = (places: Places, generator: Generator): Places => {
    const shift = (most: number): Tensor => generator.uniform([places.count, 1, 1], -most, most + 1).floor();
    return { ...places, y: places.y.add(shift(down)), x: places.x.add(shift(right)) };
  };
  return { kind: "warp", name: "crop", isWhole: true, warp };
}

/** Options of the flips. */
export interface FlipOptions {
  /** Probability for each image, 0.5 if left out. */
  readonly p?: number | undefined;
}

function flip(name: "flip" | "verticalFlip", axis: "x" | "y", options: FlipOptions): Warp {
  checkOptions(name, options);
  const { p = 0.5 } = options;
  const warp = (places: Places, generator: Generator): Places => {
    const sign = generator.bernoulli([places.count, 1, 1], p).mul(-2).add(1);
    return { ...places, [axis]: places[axis].mul(sign) };
  };
  return { kind: "warp", name, isWhole: true, warp };
}

/** Left and right exchanged in each image with probability p. */
export const randomHorizontalFlip = (options: FlipOptions = {}): Warp => flip("flip", "x", options);

/** Top and bottom exchanged in each image with probability p. */
export const randomVerticalFlip = (options: FlipOptions = {}): Warp => flip("verticalFlip", "y", options);
