// What the lab of overfitting computes: nets trained on few digits with or without deformations, the size of a net, and
// a preview of the deformations. Runs in a worker and in Node alike.
import { describe, type Layer, nn, optim } from "nabla";
import { augmentBytes, makeAugmentations, takeFirst } from "nabla/data";
import { digitExamples } from "../../engine/digits.ts";
import { Training } from "../../engine/training.ts";
import {
  type Augment,
  BATCH,
  IMAGES,
  MOST_EPOCHS,
  PREVIEW,
  RATE,
  REQUESTS,
  type RunSettings,
  SIDE,
} from "./nets.ts";

const netOf = (hidden: number): Layer =>
  hidden === 0
    ? nn.sequential(nn.flatten(), nn.linear(10))
    : nn.sequential(nn.flatten(), nn.linear(hidden), nn.relu(), nn.linear(10));

/** How many numbers a net with so many hidden neurons learns. */
export const countParameters = (hidden: number): number =>
  describe(netOf(hidden), [1, SIDE, SIDE]).reduce((sum, { parameters }) => sum + parameters, 0);

/** Begins a run. Calls are done one after another. */
export function open({ images, hidden, augment, seed }: RunSettings) {
  const training = new Training(netOf(hidden), digitExamples(images), {
    ...{ epochs: MOST_EPOCHS, batchSize: BATCH, optimizer: optim.adamW({ lr: RATE }), seed },
    augment: makeAugmentations(REQUESTS[augment]),
  });
  return {
    advance: (epoch: number, milliseconds?: number) => training.advance(epoch, milliseconds),
    close: () => training.close(),
  };
}

/** The first training digits side by side, and below them deformed copies as training steps draw them. */
export async function preview(augment: Augment, seed: number): Promise<Uint8Array> {
  const { columns, copies } = PREVIEW;
  const set = takeFirst(digitExamples(IMAGES.least).train, columns);
  const rows = [set.images];
  const list = makeAugmentations(REQUESTS[augment]);
  for (let copy = 0; copy < copies; copy++) {
    rows.push(await augmentBytes(set.images, set, list, seed * copies + copy));
  }
  return sideBySide(rows, columns);
}

/** Rows of images, one after another each, as one picture. */
function sideBySide(rows: readonly Uint8Array[], columns: number): Uint8Array {
  const sheet = new Uint8Array(rows.length * columns * SIDE * SIDE);
  rows.forEach((images, row) => {
    for (let line = 0; line < columns * SIDE; line++) {
      const [column, y] = [Math.floor(line / SIDE), line % SIDE];
      sheet.set(
        images.subarray(line * SIDE, (line + 1) * SIDE),
        ((row * SIDE + y) * columns + column) * SIDE,
      );
    }
  });
  return sheet;
}
