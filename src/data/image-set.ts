// What a data set of labelled images is, in memory. Knows nothing of files, tensors or training.
import { DataError } from "../base/errors.ts";

/** Labelled images as bytes, one after another in N, C, H, W order; labels are class indices. */
export interface ImageSet {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
  /** Shape of one image: channels, height, width. */
  readonly shape: readonly [number, number, number];
  readonly classes: readonly string[];
}

/** A data set as published: what is learned from, and what is looked at once, at the end. */
export interface DataSet {
  readonly name: string;
  readonly train: ImageSet;
  readonly test: ImageSet;
  /** What a reader of numbers measured on this set must know, e.g. that it is only a part of the published one. */
  readonly note?: string;
}

/** Number of images in the set. */
export const countOf = (set: ImageSet): number => set.labels.length;

/** Checks that sizes agree and labels are in range; throws `DataError` naming the first thing that is wrong. */
export function checkImageSet(set: ImageSet, name: string): ImageSet {
  const [channels, height, width] = set.shape;
  const count = set.labels.length;
  if (count === 0) throw new DataError(`${name}: the data set is empty. Give at least one labelled image.`);
  const expected = count * channels * height * width;
  if (set.images.length !== expected) {
    throw new DataError(
      `${name}: ${count} labels need ${expected} bytes of ${channels}×${height}×${width} images, there are ` +
        `${set.images.length}. Images and labels must come from the same set.`,
      { count, expected, actual: set.images.length },
    );
  }
  const bad = set.labels.findIndex((label) => label >= set.classes.length);
  if (bad >= 0) {
    throw new DataError(
      `${name}: label ${set.labels[bad]} of image ${bad} is out of range, there are ${set.classes.length} classes ` +
        `(0 to ${set.classes.length - 1}). Check the label file.`,
      { index: bad, label: set.labels[bad], classes: set.classes.length },
    );
  }
  return set;
}
