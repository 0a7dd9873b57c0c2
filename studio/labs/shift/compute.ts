// What the lab of the shift computes: a dense and a convolutional net trained on the same digits, how each reads a
// digit that is moved, and its accuracy for every shift. Runs in a worker and in Node alike.
import { type Layer, nn, optim, softmax, tensor } from "nabla";
import { takeFirst } from "nabla/data";
import { shiftImages, shiftMap } from "nabla/explain";
import { logitsOf, type Model } from "nabla/train";
import { digitExamples } from "../../engine/digits.ts";
import { Training } from "../../engine/training.ts";
import {
  BATCH,
  FILTERS,
  HIDDEN,
  IMAGES,
  MEASURED,
  MOST_EPOCHS,
  type NetName,
  RATES,
  REACH,
  SIDE,
} from "./nets.ts";

const NETS: Readonly<Record<NetName, () => Layer>> = {
  dense: () => nn.sequential(nn.flatten(), nn.linear(HIDDEN), nn.relu(), nn.linear(10)),
  // The greatest response of each filter, wherever it is: a maximum does not move.
  conv: () =>
    nn.sequential(
      ...[nn.conv2d(FILTERS[0], 5, { padding: "same" }), nn.relu(), nn.maxPool2d(2)],
      ...[nn.conv2d(FILTERS[1], 5, { padding: "same" }), nn.relu(), nn.maxPool2d(2)],
      ...[nn.conv2d(FILTERS[2], 5, { padding: "same" }), nn.relu(), nn.globalMaxPool2d()],
      ...[nn.flatten(), nn.linear(10)],
    ),
};

/** Where a digit is moved: right and down, in pixels. */
export interface Shift {
  readonly dx: number;
  readonly dy: number;
}

/** A digit of the validation set, moved. */
export interface ShiftedDigit {
  readonly pixels: Uint8Array;
  readonly label: number;
}

const BLACK = Uint8Array.of(0);

export function shiftedDigit(index: number, { dx, dy }: Shift): ShiftedDigit {
  const { validation } = digitExamples(IMAGES);
  const size = SIDE * SIDE;
  const image = validation.images.subarray(index * size, (index + 1) * size);
  return {
    pixels: shiftImages(image, validation.shape, dy, dx, BLACK),
    label: validation.labels[index]!,
  };
}

/** Begins to train one of the two nets. Calls are done one after another. */
export function open(net: NetName, seed: number) {
  const training = new Training(NETS[net](), digitExamples(IMAGES), {
    ...{ epochs: MOST_EPOCHS, batchSize: BATCH, optimizer: optim.adamW({ lr: RATES[net] }), seed },
  });
  return {
    advance: (epoch: number, milliseconds?: number) => training.advance(epoch, milliseconds),
    close: () => training.close(),
    /** What the net answers to a digit that is moved. */
    read: (index: number, shift: Shift) =>
      training.inTurn((model) => answerOf(model, shiftedDigit(index, shift).pixels)),
    /** accuracy[dx + REACH] for digits moved down by dy, over the first validation images. Row by row, so that the map keeps no other question waiting. */
    mapRow: (dy: number) => training.inTurn((model) => mapRow(model, dy)),
  };
}

/** z and p = softmax(z) of the ten digits. */
async function answerOf(model: Model, pixels: Uint8Array) {
  const logits = logitsOf(model, tensor(pixels, { shape: [1, pixels.length] }));
  return { logits: [...(await logits.data())], probabilities: [...(await softmax(logits).data())] };
}

async function mapRow(model: Model, dy: number): Promise<readonly number[]> {
  const { validation } = digitExamples(IMAGES);
  const measured = takeFirst(validation, MEASURED);
  const { accuracy } = await shiftMap(model, measured, { reach: REACH, rows: [dy] });
  return accuracy[0]!;
}
