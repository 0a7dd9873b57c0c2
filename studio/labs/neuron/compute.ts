// What the lab of the dense neuron computes: nets of one and two dense layers trained on digits, the weights of their
// first neurons as pictures, and what they read in a drawing. Runs in a worker and in Node alike.
import { type Layer, nn, optim, softmax, type Tensor, tensor } from "nabla";
import { prepareDigit } from "nabla/data";
import { templates } from "nabla/explain";
import { logitsOf, type Model, normalizeImages } from "nabla/train";
import { digitExamples } from "../../engine/digits.ts";
import { Training } from "../../engine/training.ts";
import { inkStrokes, PICTURE_SIDE, type Stroke } from "../../widgets/strokes.ts";
import { BATCH, HIDDEN, MOST_EPOCHS, type NetName, RATE, SHOWN, SIDE } from "./nets.ts";

const NETS: Readonly<Record<NetName, () => Layer>> = {
  linear: () => nn.sequential(nn.flatten(), nn.linear(10)),
  hidden: () => nn.sequential(nn.flatten(), nn.linear(HIDDEN), nn.relu(), nn.linear(10)),
};

/** A neuron of the first layer: its number, bias and weights, 28 × 28 of them. */
export interface Neuron {
  readonly index: number;
  readonly bias: number;
  readonly weights: Float32Array;
}

/** What a net makes of a picture. */
export interface Reading {
  /** What it sees: 28 × 28 bytes, and the same normalised, xᵢ. */
  readonly seen: Uint8Array;
  readonly x: Float32Array;
  /** zₖ and pₖ of the ten digits. */
  readonly logits: readonly number[];
  readonly probabilities: readonly number[];
}

export interface NetSettings {
  readonly net: NetName;
  readonly images: number;
  readonly seed: number;
}

/** Begins to train a net. Calls are done one after another. */
export function open({ net, images, seed }: NetSettings) {
  const training = new Training(NETS[net](), digitExamples(images), {
    ...{ epochs: MOST_EPOCHS, batchSize: BATCH, optimizer: optim.adamW({ lr: RATE }), seed },
  });
  return {
    advance: (epoch: number, milliseconds?: number) => training.advance(epoch, milliseconds),
    close: () => training.close(),
    /** The neurons that look at the picture: all ten, or the strongest of the hidden ones. */
    neurons: () => training.inTurn(neuronsOf),
    /** What the net reads in a drawing; undefined where nothing is drawn. */
    read: (strokes: readonly Stroke[]) =>
      training.inTurn((model) => (strokes.length === 0 ? undefined : readBytes(model, see(strokes)))),
    /** What it would answer to an image without ink. */
    readBlack: () => training.inTurn((model) => readBytes(model, new Uint8Array(SIDE * SIDE))),
  };
}

/** The drawing as the net sees it: fitted to 20 × 20, centred by mass in 28 × 28. */
export const see = (strokes: readonly Stroke[]): Uint8Array =>
  prepareDigit({ pixels: inkStrokes(strokes), width: PICTURE_SIDE, height: PICTURE_SIDE });

async function neuronsOf(model: Model): Promise<Neuron[]> {
  const { data, layer, shape } = await templates(model);
  const pixels = SIDE * SIDE;
  const biases = (await nn.stateDict(model.net))[`${layer}.bias`]!.data;
  const neurons = Array.from({ length: shape[0]! }, (_, index) => ({
    ...{ index, bias: Number(biases[index]) },
    weights: data.slice(index * pixels, (index + 1) * pixels) as Float32Array,
  }));
  if (neurons.length <= SHOWN) return neurons;
  const norms = await tensor(data, { shape: [neurons.length, pixels] })
    .square()
    .sum(1)
    .data();
  return neurons.sort((a, b) => norms[b.index]! - norms[a.index]!).slice(0, SHOWN);
}

async function readBytes(model: Model, seen: Uint8Array): Promise<Reading> {
  const bytes = tensor(seen, { shape: [1, seen.length] });
  const logits = logitsOf(model, bytes);
  const numbers = async (values: Tensor): Promise<number[]> => [...(await values.data())];
  return {
    seen,
    x: Float32Array.from(await normalizeImages(bytes, model).data()),
    logits: await numbers(logits),
    probabilities: await numbers(softmax(logits)),
  };
}

/** What a neuron adds up: wᵢ · xᵢ for every pixel, and Σ wᵢxᵢ + b. */
export async function weigh(
  { weights, bias }: Neuron,
  x: Float32Array,
): Promise<{ products: Float32Array; sum: number; z: number }> {
  const products = tensor(weights).mul(tensor(x));
  const sum = products.sum();
  return {
    products: Float32Array.from(await products.data()),
    sum: await sum.item(),
    z: await sum.add(bias).item(),
  };
}
