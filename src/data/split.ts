// Parts of a set of images, in memory or streamed: by index, the first few, and a stratified split. Always the same part
// for the same arguments. Knows nothing of training.
import { ConfigError, DataError } from "../base/errors.ts";
import { RandomStream } from "../base/random.ts";
import {
  countOf,
  type ImageSet,
  type ImageSource,
  type ImageStream,
  imageBytes,
  isStream,
  type Labelled,
} from "./image-set.ts";

// Keeps the streams of splits apart from those of other uses of the same seed; one stream a class.
const SPLIT_STREAM = 2 ** 49;

/** The two disjoint parts a split gives. */
export interface Split<S extends ImageSource = ImageSet> {
  readonly train: S;
  readonly validation: S;
}

function checkIndices(indices: ArrayLike<number>, count: number): void {
  if (indices.length === 0) {
    throw new DataError("subset: there are no indices, the part is empty. Give at least one.");
  }
  for (let at = 0; at < indices.length; at++) {
    const index = indices[at]!;
    if (Number.isInteger(index) && index >= 0 && index < count) continue;
    throw new DataError(
      `subset: index ${index} at position ${at} is out of range, there are ${count} images. Give 0 to ${count - 1}.`,
      { index, position: at, count },
    );
  }
}

const labelsAt = ({ labels }: Labelled, indices: ArrayLike<number>): Uint8Array =>
  Uint8Array.from(indices, (index) => labels[index]!);

/** The images at `indices`, copied, in that order; throws `DataError` for an index out of range or none at all. */
export function subset(set: ImageSet, indices: ArrayLike<number>): ImageSet {
  checkIndices(indices, countOf(set));
  const size = imageBytes(set);
  const images = new Uint8Array(indices.length * size);
  for (let at = 0; at < indices.length; at++) {
    const index = indices[at]!;
    images.set(set.images.subarray(index * size, (index + 1) * size), at * size);
  }
  return { ...set, images, labels: labelsAt(set, indices) };
}

/** The images at `indices`, which rise, still read when wanted; those of a shard still lie together. */
function subsetOfStream(stream: ImageStream, indices: readonly number[]): ImageStream {
  checkIndices(indices, countOf(stream));
  const chosen = Int32Array.from(indices);
  let end = 0;
  let taken = 0;
  const shards = stream.shards.map((size) => {
    end += size;
    const before = taken;
    while (taken < chosen.length && chosen[taken]! < end) taken++;
    return taken - before;
  });
  return {
    ...stream,
    labels: labelsAt(stream, indices),
    shards: shards.filter((size) => size > 0),
    read: (wanted, signal) =>
      stream.read(
        wanted.map((index) => chosen[index]!),
        signal,
      ),
  };
}

/** The part of a set, of the same kind, at rising indices. */
const partOf = <S extends ImageSource>(set: S, indices: readonly number[]): S =>
  (isStream(set) ? subsetOfStream(set, indices) : subset(set as ImageSet, indices)) as S;

/** The first `n` images, all of them where there are fewer, without copying; throws `ConfigError` for n below 1. */
export function takeFirst<S extends ImageSource>(set: S, n: number): S {
  if (!Number.isInteger(n) || n < 1) {
    throw new ConfigError(
      `takeFirst: n must be a whole number from 1, it is ${n}. Give the number of images.`,
      {
        n,
      },
    );
  }
  if (n >= countOf(set)) return set;
  if (isStream(set)) return partOf<S>(set, [...Array(n).keys()]);
  const { images, labels } = set as ImageSet;
  return { ...set, images: images.subarray(0, n * imageBytes(set)), labels: labels.subarray(0, n) };
}

/** How many of each class to hold out: `fraction` of each, rounded so that the sum is `fraction` of the whole. */
function quotas(sizes: readonly number[], fraction: number): number[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const exact = sizes.map((size) => size * fraction);
  const counts = exact.map(Math.floor);
  const missing = Math.round(total * fraction) - counts.reduce((sum, count) => sum + count, 0);
  const byRemainder = exact
    .map((value, label) => ({ label, remainder: value - Math.floor(value) }))
    .sort((a, b) => b.remainder - a.remainder || a.label - b.label);
  for (const { label } of byRemainder.slice(0, Math.max(0, missing))) counts[label]! += 1;
  return counts;
}

/**
 * Splits off `fraction` of the images for validation, of each class the same share, chosen by `seed`; both parts keep
 * the order of the set. Throws `ConfigError` for a fraction outside (0, 1), `DataError` where a part would be empty.
 */
export function splitStratified<S extends ImageSource>(set: S, fraction: number, seed: number): Split<S> {
  if (!(fraction > 0 && fraction < 1)) {
    throw new ConfigError(
      `splitStratified: fraction must lie between 0 and 1, it is ${fraction}. Give the share of validation images.`,
      { fraction },
    );
  }
  const count = countOf(set);
  const members: number[][] = set.classes.map(() => []);
  set.labels.forEach((label, index) => {
    members[label]?.push(index);
  });
  const counts = quotas(
    members.map(({ length }) => length),
    fraction,
  );
  const isHeldOut = new Uint8Array(count);
  for (const [label, indices] of members.entries()) {
    const shuffled = new RandomStream(seed, SPLIT_STREAM + label).shuffle(indices);
    for (const index of shuffled.slice(0, counts[label])) isHeldOut[index] = 1;
  }
  const all = Array.from({ length: count }, (_, index) => index);
  const validation = all.filter((index) => isHeldOut[index] === 1);
  if (validation.length === 0 || validation.length === count) {
    throw new DataError(
      `splitStratified: ${fraction} of ${count} images leaves ${count - validation.length} for training and ` +
        `${validation.length} for validation. Use another fraction or more images.`,
      { fraction, count },
    );
  }
  return {
    train: partOf(
      set,
      all.filter((index) => isHeldOut[index] === 0),
    ),
    validation: partOf(set, validation),
  };
}
