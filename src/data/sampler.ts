// The order in which an epoch visits the images: all of them mixed, mixed within a bounded buffer, or every class equally
// often. Always the same for the same seed and epoch. Knows nothing of batches or of what an image is.
import { ConfigError, DataError } from "../base/errors.ts";
import { RandomStream } from "../base/random.ts";
import { countOf, type ImageSource, isStream } from "./image-set.ts";

// Keep the streams of epochs apart from those of other uses of the same seed.
const SHUFFLE_STREAM = 2 ** 48;
const BALANCE_STREAM = 2 ** 48 + 2 ** 32;

/** Images that are mixed with one another where a set is streamed and nothing else is said. */
export const SHUFFLE_BUFFER = 8192;

function checkWhole(op: string, values: Readonly<Record<string, number>>, least = 0): void {
  for (const [name, value] of Object.entries(values)) {
    if (Number.isInteger(value) && value >= least && value < 2 ** 31) continue;
    throw new ConfigError(
      `${op}: ${name} must be a whole number from ${least} to 2³¹ − 1, it is ${value}. Give such a number.`,
      { [name]: value },
    );
  }
}

/** A random order of 0 … count−1 that depends only on (`seed`, `epoch`); throws `ConfigError` for a bad epoch or count. */
export function epochOrder(count: number, seed: number, epoch: number): Int32Array {
  checkWhole("epochOrder", { count, epoch });
  return new RandomStream(seed, SHUFFLE_STREAM + epoch).permutation(count);
}

/**
 * A random order of images that lie in shards of these sizes, in which any `buffer` images that follow each other come
 * from few places: shards are put in random order and cut into stretches of `buffer` images, each mixed in itself.
 * With a buffer that holds all images it is `epochOrder`. Throws `ConfigError` for a bad epoch or buffer.
 */
export function bufferedOrder(
  shards: readonly number[],
  seed: number,
  epoch: number,
  buffer: number = SHUFFLE_BUFFER,
): Int32Array {
  checkWhole("bufferedOrder", { epoch });
  checkWhole("bufferedOrder", { buffer }, 1);
  const count = shards.reduce((sum, size) => sum + size, 0);
  if (buffer >= count) return epochOrder(count, seed, epoch);
  const random = new RandomStream(seed, SHUFFLE_STREAM + epoch);
  const starts: number[] = [];
  shards.reduce((start, size) => start + (starts.push(start) && size), 0);
  const order = new Int32Array(count);
  let filled = 0;
  for (const shard of random.permutation(shards.length)) {
    for (let i = 0; i < shards[shard]!; i++) order[filled++] = starts[shard]! + i;
  }
  // Cut at other places each epoch, so that images meet others than last time even where there is one shard.
  for (let first = -random.integer(buffer); first < count; first += buffer) {
    random.shuffle(order.subarray(Math.max(0, first), Math.min(count, first + buffer)));
  }
  return order;
}

/**
 * An order as long as the set in which every class that has images comes equally often, within one: images of a small
 * class come again, each as often as the others of it, and of a large one other images are left out each epoch.
 * Throws `ConfigError` for a bad epoch, `DataError` where there is no image.
 */
export function balancedOrder(labels: Uint8Array, seed: number, epoch: number): Int32Array {
  checkWhole("balancedOrder", { epoch });
  const members = new Map<number, number[]>();
  labels.forEach((label, index) => {
    const own = members.get(label);
    if (own === undefined) members.set(label, [index]);
    else own.push(index);
  });
  if (members.size === 0) throw new DataError("balancedOrder: there are no labels. Give at least one image.");
  const random = new RandomStream(seed, BALANCE_STREAM + epoch);
  const classes = [...members.keys()].sort((a, b) => a - b);
  // Which classes get the images left over by the division is drawn, so that none is favoured.
  random.shuffle(classes);
  const order = new Int32Array(labels.length);
  let filled = 0;
  for (const [place, label] of classes.entries()) {
    const share =
      Math.floor(labels.length / classes.length) + (place < labels.length % classes.length ? 1 : 0);
    const own = members.get(label)!;
    for (let taken = 0; taken < share; taken++) {
      if (taken % own.length === 0) random.shuffle(own);
      order[filled++] = own[taken % own.length]!;
    }
  }
  return random.shuffle(order);
}

/** How the images of an epoch are chosen and mixed. */
export interface Sampling {
  readonly seed: number;
  /** Every class equally often; false if left out. */
  readonly balanced?: boolean | undefined;
  /** Images of a stream that are mixed with one another; `SHUFFLE_BUFFER` if left out. */
  readonly shuffleBuffer?: number | undefined;
}

/** The order in which an epoch visits the images of a set. */
export function orderOf(
  set: ImageSource,
  epoch: number,
  { seed, balanced, shuffleBuffer }: Sampling,
): Int32Array {
  if (balanced === true) return balancedOrder(set.labels, seed, epoch);
  return isStream(set)
    ? bufferedOrder(set.shards, seed, epoch, shuffleBuffer)
    : epochOrder(countOf(set), seed, epoch);
}
