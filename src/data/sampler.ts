// The order in which an epoch visits the images. Knows nothing of batches or of what an image is.
import { ConfigError } from "../base/errors.ts";
import { RandomStream } from "../base/random.ts";

// Keeps the streams of epochs apart from those of other uses of the same seed.
const SHUFFLE_STREAM = 2 ** 48;

/** A random order of 0 … count−1 that depends only on (`seed`, `epoch`); throws `ConfigError` for a bad epoch or count. */
export function epochOrder(count: number, seed: number, epoch: number): Int32Array {
  for (const [name, value] of Object.entries({ count, epoch })) {
    if (!Number.isInteger(value) || value < 0 || value >= 2 ** 31) {
      throw new ConfigError(
        `epochOrder: ${name} must be a whole number from 0 to 2³¹ − 1, it is ${value}. Give such a number.`,
        { [name]: value },
      );
    }
  }
  return new RandomStream(seed, SHUFFLE_STREAM + epoch).permutation(count);
}
