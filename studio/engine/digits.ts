// The digits that labs learn from: each is drawn once, when it is first asked for. Runs in the worker and in Node alike.
import { DIGIT_CLASSES, generateRange, type ImageSet, takeFirst } from "nabla/data";
import type { Examples } from "./training.ts";

/** Images that nets are judged by. */
export const VALIDATION_IMAGES = 500;
/** Seed of the package's own set. */
const SEED = 0;

let validation: ImageSet | undefined;
let train: ImageSet = {
  images: new Uint8Array(0),
  labels: new Uint8Array(0),
  shape: [1, 28, 28],
  classes: DIGIT_CLASSES,
};

const joined = (a: Uint8Array, b: Uint8Array): Uint8Array => {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
};

/** The first `count` training images and the validation images: those that generateDigits gives. */
export function digitExamples(count: number): Examples {
  validation ??= generateRange(SEED, "test", 0, VALIDATION_IMAGES);
  const drawn = train.labels.length;
  if (drawn < count) {
    const more = generateRange(SEED, "train", drawn, count);
    train = {
      ...train,
      images: joined(train.images, more.images),
      labels: joined(train.labels as Uint8Array, more.labels as Uint8Array),
    };
  }
  return { train: takeFirst(train, count), validation };
}
