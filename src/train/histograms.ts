// How weights and gradients are spread, looked at between epochs: reads the net and changes nothing, so that a run that is
// watched ends in the same bits. Knows nothing of files or of the training loop.
import { countOf, type ImageSource, imageBytes, readImages } from "../data/image-set.ts";
import { crossEntropy } from "../nn/losses.ts";
import { parametersOf } from "../nn/state.ts";
import { compile } from "../tensor/compile.ts";
import { tensor } from "../tensor/create.ts";
import { gradients } from "../tensor/gradients.ts";
import type { EpochEvent, Histogram, HistogramEvent } from "./events.ts";
import { logitsOf, type Model } from "./model.ts";

const BINS = 40;
// Enough for a gradient that tells something, few enough to be no burden.
const IMAGES = 256;

/** The spread of numbers over equal parts of their range; those that are not finite are left out. */
export function histogramOf(values: ArrayLike<number>, bins = BINS): Histogram {
  let [count, min, max, sum, squares] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    count++;
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
    squares += value * value;
  }
  const counts = new Array<number>(bins).fill(0);
  if (count === 0) return { count, min: 0, max: 0, mean: 0, deviation: 0, counts };
  const scale = max > min ? bins / (max - min) : 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isFinite(value)) counts[Math.min(bins - 1, Math.floor((value - min) * scale))]!++;
  }
  const mean = sum / count;
  return { count, min, max, mean, deviation: Math.sqrt(Math.max(0, squares / count - mean * mean)), counts };
}

/** Looks at the trained parameters of a model after an epoch; gradients are of the mean cross-entropy, as in evaluation. */
export async function watchParameters(
  model: Model,
  train: ImageSource,
): Promise<(event: EpochEvent) => Promise<HistogramEvent>> {
  const parameters = parametersOf(model.net, { trainable: true });
  const count = Math.min(IMAGES, countOf(train));
  const indices = Int32Array.from({ length: count }, (_, i) => i);
  const images = tensor(await readImages(train, indices), { shape: [count, imageBytes(train)] });
  const labels = tensor(Int32Array.from(train.labels.subarray(0, count)));
  const slopes = compile(() => gradients(crossEntropy(logitsOf(model, images), labels), parameters));
  const spread = async (named: Readonly<Record<string, { data(): Promise<ArrayLike<number>> }>>) => {
    const found = Object.entries(named).map(async ([name, value]) => [name, histogramOf(await value.data())]);
    return Object.fromEntries(await Promise.all(found)) as Record<string, Histogram>;
  };
  return async ({ epoch, step }) => ({
    ...{ type: "histograms", epoch, step },
    weights: await spread(parameters),
    gradients: await spread(await slopes()),
  });
}
