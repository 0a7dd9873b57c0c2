// What a set of labelled images is: in memory, or read piece by piece when wanted. Knows nothing of files, tensors or
// training.
import { DataError } from "../base/errors.ts";

/** What is known of labelled images without a look at one of them; labels are class indices. */
export interface Labelled {
  readonly labels: Uint8Array;
  /** Shape of one image: channels, height, width. */
  readonly shape: readonly [number, number, number];
  readonly classes: readonly string[];
}

/** Labelled images as bytes, one after another in N, C, H, W order. */
export interface ImageSet extends Labelled {
  readonly images: Uint8Array;
}

/** One number a channel each, for pixels scaled to [0, 1]. */
export interface ChannelStatistics {
  readonly mean: readonly number[];
  /** Standard deviation of the population, √(E[x²] − E[x]²); 0 for a constant channel. */
  readonly deviation: readonly number[];
}

/** Labelled images that are read when they are wanted, so that the set may be larger than memory. */
export interface ImageStream extends Labelled {
  /** Sizes of the runs of images that lie together (the files of a set of shards); their sum is the number of images. */
  readonly shards: readonly number[];
  /** Of all images, or of a fair sample of them. */
  readonly statistics: ChannelStatistics;
  /** The bytes of the images at `indices`, in that order: the same bytes each time. */
  readonly read: (indices: Int32Array, signal?: AbortSignal) => Promise<Uint8Array>;
}

/** Labelled images, in memory or streamed. */
export type ImageSource = ImageSet | ImageStream;

/** A data set as published: what is learned from, and what is looked at once, at the end. */
export interface DataSet<S extends ImageSource = ImageSet> {
  readonly name: string;
  readonly train: S;
  readonly test: S;
  /** What training is judged by, where it is a part of its own. */
  readonly validation?: S;
  /** What a reader of numbers measured on this set must know, e.g. that it is only a part of the published one. */
  readonly note?: string;
}

/** Whether the images of a set are read when wanted. */
export const isStream = (set: ImageSource): set is ImageStream => "read" in set;

/** Number of images in the set. */
export const countOf = (set: Labelled): number => set.labels.length;

/** Bytes of one image of this shape. */
export const imageBytes = ({ shape }: Pick<Labelled, "shape">): number => shape[0] * shape[1] * shape[2];

/** The bytes of the images at `indices`, copied or read, in that order. */
export async function readImages(
  set: ImageSource,
  indices: Int32Array,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  if (isStream(set)) return set.read(indices, signal);
  const count = countOf(set);
  const odd = indices.find((index) => !(index >= 0 && index < count));
  if (odd !== undefined) {
    throw new DataError(`readImages: there is no image ${odd}. Name images from 0 to ${count - 1}.`, {
      index: odd,
      count,
    });
  }
  const size = imageBytes(set);
  const images = new Uint8Array(indices.length * size);
  indices.forEach((index, at) => {
    images.set(set.images.subarray(index * size, (index + 1) * size), at * size);
  });
  return images;
}

/** Checks that sizes agree and labels are in range; throws `DataError` naming the first thing that is wrong. */
export function checkImageSet<S extends ImageSource>(set: S, name: string): S {
  if (!ArrayBuffer.isView(set?.labels) || !Array.isArray(set.shape) || !Array.isArray(set.classes)) {
    throw new DataError(
      `${name}: this is no image set. It has images (bytes), labels (bytes), shape [C, H, W] and classes (names).`,
    );
  }
  const count = set.labels.length;
  if (count === 0) throw new DataError(`${name}: the data set is empty. Give at least one labelled image.`);
  const [expected, actual, unit] = isStream(set)
    ? [count, set.shards.reduce((sum, size) => sum + size, 0), "images in its shards"]
    : [count * imageBytes(set), (set as ImageSet).images.length, `bytes of ${set.shape.join("×")} images`];
  if (actual !== expected) {
    throw new DataError(
      `${name}: ${count} labels need ${expected} ${unit}, there are ${actual}. ` +
        "Images and labels must come from the same set.",
      { count, expected, actual },
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
