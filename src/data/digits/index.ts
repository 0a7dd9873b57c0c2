// The embedded data set of handwritten-looking digits, drawn from a seed: nothing to download, the same bytes everywhere.
// Image i of a split depends on (seed, split, i) only, so ranges can be drawn apart and in any order.
import { ConfigError } from "../../base/errors.ts";
import { checkOptionNames } from "../../base/option-names.ts";
import { RandomStream } from "../../base/random.ts";
import type { DataSet, ImageSet } from "../image-set.ts";
import { rasterize, SIDE } from "./rasterize.ts";
import { write } from "./style.ts";

/** Names of the ten classes, "0" to "9". */
export const DIGIT_CLASSES: readonly string[] = Array.from({ length: 10 }, (_, digit) => String(digit));

/** Which of the two independent halves of the set an image belongs to. */
export type DigitSplit = "train" | "test";

/** What `generateDigits` makes; sizes count images, `onProgress` hears how many of the total are drawn. */
export interface DigitOptions {
  readonly seed?: number;
  readonly train?: number;
  readonly test?: number;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Streams of one seed are numbered split + 4·index, so no two images or label blocks share one. */
const STREAMS = { train: 0, test: 1, trainLabels: 2, testLabels: 3 };
const CLASS_COUNT = 10;
const PIXELS = SIDE * SIDE;
const PROGRESS_STEP = 1000;
// Their bytes still fit one array.
const MAX_IMAGES = 2_000_000;
const MAX_INDEX = 2 ** 31;

/** Draws one digit in a random hand: 28×28 bytes, row by row, 0 = background, 255 = ink. */
export function drawDigit(digit: number, random: RandomStream): Uint8Array {
  if (!Number.isInteger(digit) || digit < 0 || digit >= CLASS_COUNT) {
    throw new ConfigError(
      `drawDigit: the digit must be an integer from 0 to 9, it is ${digit}. Draw one of those.`,
      {
        digit,
      },
    );
  }
  const image = new Uint8Array(PIXELS);
  rasterize(write(digit, random), image);
  return image;
}

function checkCount(name: string, count: number, least: number, most: number): void {
  if (Number.isSafeInteger(count) && count >= least && count <= most) return;
  throw new ConfigError(
    `digits: ${name} must be a whole number from ${least} to ${most}, it is ${count}. Give one.`,
    { [name]: count },
  );
}

function fillRange(
  seed: number,
  split: DigitSplit,
  start: number,
  end: number,
  onProgress: (done: number) => void = () => {},
): ImageSet {
  const images = new Uint8Array((end - start) * PIXELS);
  const labels = new Uint8Array(end - start);
  let order: Int32Array = new Int32Array(0);
  let block = -1;
  for (let i = start; i < end; i++) {
    // Every ten images in a row hold each digit once, in an order of their own.
    if (Math.floor(i / CLASS_COUNT) !== block) {
      block = Math.floor(i / CLASS_COUNT);
      order = new RandomStream(seed, STREAMS[`${split}Labels`] + 4 * block).permutation(CLASS_COUNT);
    }
    const digit = order[i % CLASS_COUNT]!;
    const at = i - start;
    labels[at] = digit;
    const image = images.subarray(at * PIXELS, (at + 1) * PIXELS);
    rasterize(write(digit, new RandomStream(seed, STREAMS[split] + 4 * i)), image);
    if ((at + 1) % PROGRESS_STEP === 0 || i + 1 === end) onProgress(at + 1);
  }
  return { images, labels, shape: [1, SIDE, SIDE], classes: DIGIT_CLASSES };
}

/** Images `start` (inclusive) to `end` (exclusive) of a split, the same bytes as in the whole set; N × 1 × 28 × 28. */
export function generateRange(seed: number, split: DigitSplit, start: number, end: number): ImageSet {
  if (split !== "train" && split !== "test") {
    throw new ConfigError(`digits: the part must be "train" or "test", it is "${split}". Name one of them.`, {
      split,
    });
  }
  checkCount("start", start, 0, MAX_INDEX);
  checkCount("end", end, start, Math.min(start + MAX_IMAGES, MAX_INDEX));
  return fillRange(seed, split, start, end);
}

/** Draws the whole set, 60 000 training and 10 000 test images unless told otherwise, classes balanced and mixed. */
export function generateDigits(options: DigitOptions = {}): DataSet {
  checkOptionNames("digits", options, ["seed", "train", "test", "onProgress"]);
  const { seed = 0, train = 60_000, test = 10_000, onProgress } = options;
  checkCount("train", train, 1, MAX_IMAGES);
  checkCount("test", test, 1, MAX_IMAGES);
  const total = train + test;
  return {
    name: "digits",
    train: fillRange(seed, "train", 0, train, (done) => onProgress?.(done, total)),
    test: fillRange(seed, "test", 0, test, (done) => onProgress?.(train + done, total)),
  };
}
