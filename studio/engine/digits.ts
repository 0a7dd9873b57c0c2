// The digits that labs learn from: drawn once, and as many as were asked for. Runs in the worker and in Node alike.
import { generateDigits, takeFirst } from "nabla/data";
import type { Examples } from "./training.ts";

/** Images that nets are judged by. */
export const VALIDATION_IMAGES = 500;

let drawn: Examples | undefined;

/**
 * The first `count` training images and the validation images, the same each time. `most` are drawn at once, where more
 * will be asked for later.
 */
export function digitExamples(count: number, most = count): Examples {
  if (drawn === undefined || drawn.train.labels.length < count) {
    const { train, test } = generateDigits({ train: Math.max(count, most), test: VALIDATION_IMAGES });
    drawn = { train, validation: test };
  }
  return { train: takeFirst(drawn.train, count), validation: drawn.validation };
}
