// Parts of images taken away: random erasing and cutout.
import { where } from "../../tensor/functions.ts";
import type { Generator } from "../../tensor/random.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Batch, Change } from "./augmentation.ts";
import { insideBoxes } from "./box.ts";
import { checkOptions } from "./catalog.ts";

/** Options of randomErasing; torchvision's values where left out. */
export interface RandomErasingOptions {
  /** Probability for each image, 0.5 if left out. */
  readonly p?: number | undefined;
  /** Share of the image's area, [0.02, 0.33] if left out. */
  readonly scale?: readonly [least: number, most: number] | undefined;
  /** Height over width of the box, [0.3, 3.3] if left out; drawn evenly in its logarithm. */
  readonly ratio?: readonly [least: number, most: number] | undefined;
  /** What is put there, from 0 (black, if left out) to 1, or "random" for a value of its own for every pixel. */
  readonly value?: number | "random" | undefined;
}

/** A box of each image filled (Zhong et al. 2017): of a random area and shape, shortened where it would pass the image. */
export function randomErasing(options: RandomErasingOptions = {}): Change {
  checkOptions("erasing", options);
  const { p = 0.5, scale = [0.02, 0.33], ratio = [0.3, 3.3], value = 0 } = options;
  const apply = (batch: Batch, generator: Generator): Batch => {
    const { images } = batch;
    const [count, , h, w] = images.shape as [number, number, number, number];
    const draw = (least = 0, most = 1) => generator.uniform([count, 1, 1, 1], least, most);
    const isChosen = draw().less(p);
    const area = draw(...scale).mul(h * w);
    const shape = draw(...(ratio.map(Math.log) as [number, number])).exp();
    const height = area.mul(shape).sqrt().round().minimum(h);
    const width = area.div(shape).sqrt().round().minimum(w);
    const start = (room: Tensor) => draw().mul(room.add(1)).floor().minimum(room);
    const [top, left] = [start(height.neg().add(h)), start(width.neg().add(w))];
    const isInside = insideBoxes({ top, bottom: top.add(height), left, right: left.add(width) }, h, w);
    const filling = value === "random" ? generator.uniform(images.shape) : value;
    return { ...batch, images: where(isChosen.and(isInside), filling, images) };
  };
  return { kind: "change", name: "erasing", apply };
}

/** Options of cutout. */
export interface CutoutOptions {
  /** Side of the square in pixels. */
  readonly size: number;
  /** Probability for each image, 1 if left out. */
  readonly p?: number | undefined;
}

/** A square of each image made black, its centre at any pixel, so that it may pass the edges (DeVries & Taylor 2017). */
export function cutout(options: CutoutOptions): Change {
  checkOptions("cutout", options);
  const { size, p = 1 } = options;
  const apply = (batch: Batch, generator: Generator): Batch => {
    const { images } = batch;
    const [count, , h, w] = images.shape as [number, number, number, number];
    const draw = () => generator.uniform([count, 1, 1, 1]);
    const isChosen = draw().less(p);
    const [top, left] = [h, w].map((room) =>
      draw()
        .mul(room)
        .floor()
        .sub(Math.floor(size / 2)),
    ) as [Tensor, Tensor];
    const isInside = insideBoxes({ top, bottom: top.add(size), left, right: left.add(size) }, h, w);
    return { ...batch, images: where(isChosen.and(isInside), 0, images) };
  };
  return { kind: "change", name: "cutout", apply };
}
