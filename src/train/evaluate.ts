// What a model makes of images: probabilities, and the score over a set with its confusions and worst mistakes.
// One compiled program a model, fed batch by batch; knows nothing of training.
import { ConfigError, DivergenceError, ShapeError } from "../base/errors.ts";
import { checkImageSet, countOf, type ImageSource, imageBytes, isStream } from "../data/image-set.ts";
import { prefetch } from "../data/prefetch.ts";
import { compile } from "../tensor/compile.ts";
import { tensor } from "../tensor/create.ts";
import { logSoftmax } from "../tensor/functions.ts";
import type { Evaluation, Mistake } from "./events.ts";
import { Calibration, classScores, rankOf } from "./metrics.ts";
import { checkModel, logitsOf, type Model } from "./model.ts";

// Large enough to keep every core busy, small enough for one call to last some tens of milliseconds.
const BATCH = 250;
const MOST_MISTAKES = 100;
const MOST_RANKS = 5;

/** Images in turn, BATCH at a time but for the last. */
type Batches = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
/** Computes log-probabilities of so many images; the bytes of at most one batch are on the device at a time. */
type Reader = (count: number, batches: Batches) => Promise<Float64Array>;

function* cut(images: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < images.length; at += BATCH * size) yield images.subarray(at, at + BATCH * size);
}

/** The images of a set; those of a stream are read while the ones before are looked at. */
function batchesOf(set: ImageSource): Batches {
  if (!isStream(set)) return cut(set.images, imageBytes(set));
  const places = Array.from({ length: Math.ceil(countOf(set) / BATCH) }, (_, i) => i * BATCH);
  return prefetch(places, 2, (first, signal) => {
    const length = Math.min(BATCH, countOf(set) - first);
    return set.read(
      Int32Array.from({ length }, (_, i) => first + i),
      signal,
    );
  });
}

function createReader(model: Model): Reader {
  const size = model.shape[0] * model.shape[1] * model.shape[2];
  const bytes = tensor(new Uint8Array(BATCH * size), { shape: [BATCH, size] });
  const run = compile(() => logSoftmax(logitsOf(model, bytes)));
  const readAll: Reader = async (count, batches) => {
    const result = new Float64Array(count * model.classes.length);
    const batch = new Uint8Array(BATCH * size);
    let first = 0;
    for await (const images of batches) {
      // The rest of the last batch is what was there before; its results are not read.
      batch.set(images);
      await bytes.write(batch);
      const logs = await (await run()).data();
      const read = images.length / size;
      result.set(logs.subarray(0, read * model.classes.length), first * model.classes.length);
      first += read;
    }
    return result;
  };
  // Calls share one batch on the device, so they take turns.
  let turn: Promise<unknown> = Promise.resolve();
  return (count, batches) => {
    const reading = turn.then(() => readAll(count, batches));
    turn = reading.catch(() => {});
    return reading;
  };
}

const readers = new WeakMap<Model, Reader>();

async function logProbabilities(model: Model, count: number, batches: Batches): Promise<Float64Array> {
  const reader = readers.get(model) ?? createReader(model);
  readers.set(model, reader);
  const logs = await reader(count, batches);
  const broken = logs.findIndex(Number.isNaN);
  if (broken < 0) return logs;
  const index = Math.floor(broken / model.classes.length);
  throw new DivergenceError(
    `evaluate: what the net makes of image ${index} is no number (NaN), so its parameters are damaged or grew too large. ` +
      "Use an earlier checkpoint where there is one, or train again with a smaller learning rate.",
    { index },
  );
}

/**
 * The probability of each class for each image: images as bytes [N, C·H·W] → N rows of K numbers. Throws
 * `DivergenceError` where the net gives NaN.
 */
export async function predict(model: Model, images: Uint8Array): Promise<number[][]> {
  checkModel(model, "predict");
  const size = model.shape[0] * model.shape[1] * model.shape[2];
  if (images.length === 0 || images.length % size !== 0) {
    throw new ShapeError(
      `predict: ${images.length} bytes are no whole number of ${model.shape.join("×")} images of ${size} bytes. ` +
        `Give images of the model's shape, one after another.`,
      { length: images.length, shape: model.shape },
    );
  }
  const logs = await logProbabilities(model, images.length / size, cut(images, size));
  const classes = model.classes.length;
  return Array.from({ length: images.length / size }, (_, i) =>
    Array.from(logs.subarray(i * classes, (i + 1) * classes), Math.exp),
  );
}

function checkFits(model: Model, set: ImageSource): void {
  checkModel(model, "evaluate");
  checkImageSet(set, "evaluate");
  const [wanted, given] = [model.shape.join("×"), set.shape.join("×")];
  if (wanted === given && set.classes.length === model.classes.length) return;
  throw new ConfigError(
    `evaluate: the model takes ${wanted} images of ${model.classes.length} classes, the set has ${given} images of ` +
      `${set.classes.length}. Evaluate on a set like the one it was trained on.`,
    { model: model.shape, set: set.shape },
  );
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/**
 * Mean loss, accuracy, confusions, metrics by class and the worst mistakes of the model over a set, in memory or streamed. Throws
 * `DivergenceError` where the net gives NaN.
 */
export async function evaluate(model: Model, set: ImageSource): Promise<Evaluation> {
  checkFits(model, set);
  const logs = await logProbabilities(model, countOf(set), batchesOf(set));
  const classes = model.classes.length;
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  const mistakes: Mistake[] = [];
  const ranks = new Array<number>(classes).fill(0);
  const calibration = new Calibration();
  let [loss, hits] = [0, 0];
  set.labels.forEach((label, index) => {
    const row = logs.subarray(index * classes, (index + 1) * classes);
    const predicted = row.indexOf(Math.max(...row));
    const own = -row[label]!;
    loss += own;
    confusion[label]![predicted]! += 1;
    ranks[rankOf(row, label)]! += 1;
    const probability = Math.exp(row[predicted]!);
    calibration.add(probability, predicted === label);
    if (predicted === label) hits++;
    else mistakes.push({ index, label, predicted, probability, loss: own });
  });
  const count = countOf(set);
  mistakes.sort((a, b) => b.loss - a.loss || a.index - b.index);
  return {
    loss: loss / count,
    accuracy: hits / count,
    count,
    confusion,
    topK: ranks.slice(0, MOST_RANKS).map((_, k) => sum(ranks.slice(0, k + 1)) / count),
    classes: classScores(confusion),
    calibrationError: calibration.error,
    worst: mistakes.slice(0, MOST_MISTAKES),
  };
}
