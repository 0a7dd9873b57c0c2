// What an augmentation is, and how a list of them is done to a batch within a step. Those that only move pixels (warps)
// are joined, so that a run of them reads each image once. Knows nothing of what each of them does.
import { arange } from "../../tensor/create.ts";
import { stack } from "../../tensor/functions.ts";
import type { Generator } from "../../tensor/random.ts";
import { gridSample } from "../../tensor/resample.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** A batch under way: images float32 [N, C, H, W] from 0 to 1; labels int32 [N] or, once mixed, shares float32 [N, K]. */
export interface Batch {
  readonly images: Tensor;
  readonly labels: Tensor;
  /** Number of classes, K. */
  readonly classes: number;
}

/** Where the pixels of N images are read: x and y, each broadcasting to [N, H, W], in pixels from the image's centre. */
export interface Places {
  readonly x: Tensor;
  readonly y: Tensor;
  readonly count: number;
  readonly height: number;
  readonly width: number;
}

/** Moves pixels: where the image read at `places` is to be read instead. Outside the image lies black. */
export interface Warp {
  readonly kind: "warp";
  readonly name: string;
  /** Whether it moves by whole pixels only, so that nothing lies between pixels. */
  readonly isWhole?: boolean;
  /** Whether it needs the places of whole pixels, so that no later warp can be joined with it. */
  readonly endsRun?: boolean;
  warp(places: Places, generator: Generator): Places;
}

/** Changes pixels, or mixes images and with them their labels. */
export interface Change {
  readonly kind: "change";
  readonly name: string;
  apply(batch: Batch, generator: Generator): Batch;
}

/** One random change of images; it draws from the generator it is given alone. */
export type Augmentation = Warp | Change;

/** The pixels themselves: coordinates (i − (size − 1) / 2) of columns and rows. */
function pixelPlaces({ shape }: Tensor): Places {
  const [count, , height, width] = shape as [number, number, number, number];
  const centred = (size: number) =>
    arange(size)
      .cast("float32")
      .sub((size - 1) / 2);
  return {
    x: centred(width).reshape(1, 1, width),
    y: centred(height).reshape(1, height, 1),
    count,
    height,
    width,
  };
}

/** Images read once through a run of warps: the last one says where its result is read in the one before it. */
function sample(images: Tensor, run: readonly Warp[], generator: Generator): Tensor {
  const { x, y, count, height, width } = run.reduceRight(
    (places, one) => one.warp(places, generator),
    pixelPlaces(images),
  );
  // In a grid's units −1 and 1 are the outer edges: x pixels from the centre are 2x / width.
  const units = [x.mul(2 / width), y.mul(2 / height)].map((axis) => axis.broadcastTo(count, height, width));
  const mode = run.every(({ isWhole }) => isWhole === true) ? "nearest" : "bilinear";
  // Both coordinates in planes of their own, which the kernel reads as they are.
  return gridSample(images, stack(units).permute(1, 2, 3, 0), { mode });
}

/** The warps at the head of the list that are joined. */
function headRun(list: readonly Augmentation[]): Warp[] {
  const run: Warp[] = [];
  for (const one of list) {
    if (one.kind !== "warp") break;
    run.push(one);
    if (one.endsRun) break;
  }
  return run;
}

/** The batch after all of the list, one after another. Within a compiled step each step draws anew. */
export function augment(batch: Batch, list: readonly Augmentation[], generator: Generator): Batch {
  const [first] = list;
  if (first === undefined) return batch;
  if (first.kind === "change") return augment(first.apply(batch, generator), list.slice(1), generator);
  const run = headRun(list);
  const images = sample(batch.images, run, generator);
  return augment({ ...batch, images }, list.slice(run.length), generator);
}
