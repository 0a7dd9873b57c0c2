// fit(): from a net, data and options to a run of training. Checks and prepares everything before anything is computed;
// the loop itself is in training-loop.ts. Knows nothing of files.
import { DataError } from "../base/errors.ts";
import { checkImageSet, countOf, type ImageSet, type ImageSource } from "../data/image-set.ts";
import { splitStratified } from "../data/split.ts";
import type { Layer } from "../nn/layer.ts";
import type { FitEvent } from "./events.ts";
import { createModel, type Model } from "./model.ts";
import { checkFitOptions, type FitOptions } from "./options.ts";
import { type FitResult, TrainingLoop } from "./training-loop.ts";

/**
 * What is learned from, in memory or streamed. A `validation` set of its own is used as it is; otherwise a part of `train`
 * is held out.
 */
export interface TrainingData<S extends ImageSource = ImageSet> {
  readonly train: S;
  readonly validation?: S | undefined;
}

/** A run of training: its events in turn, its result at the end, and from the start the model that is trained. */
export interface FitRun<S extends ImageSource = ImageSet> extends AsyncGenerator<FitEvent, FitResult, void> {
  readonly model: Model;
  /** The images that are learned from, without those held out. */
  readonly train: S;
  readonly validation: S | undefined;
}

// More than these tell no more about a model.
const MOST_VALIDATION = 10_000;

function splitData<S extends ImageSource>(
  { train, validation }: TrainingData<S>,
  fraction: number,
  seed: number,
): TrainingData<S> {
  checkImageSet(train, "fit: train");
  if (validation !== undefined) {
    return { train, validation: checkImageSet(validation, "fit: validation") };
  }
  if (fraction === 0) return { train };
  return splitStratified(train, Math.min(fraction, MOST_VALIDATION / countOf(train)), seed);
}

/**
 * Trains a net (or a net of the zoo, by name) to tell the classes of images apart, by cross-entropy. Nothing happens
 * until the run is iterated: `for await (const event of fit(…))`. The same seed gives the same bits, whatever the
 * number of threads and however the run was interrupted and resumed. Throws `ConfigError` for a wrong option and,
 * from the loop, `DivergenceError` where the loss leaves the finite numbers.
 */
export function fit<S extends ImageSource = ImageSet>(
  net: Layer | string,
  data: TrainingData<S>,
  options: FitOptions = {},
): FitRun<S> {
  const checked = checkFitOptions(options);
  const { seed, normalize } = checked;
  if (data === undefined || data === null || !("train" in data)) {
    throw new DataError(
      "fit: the data have no part train. Give { train, validation? }, as data.generateDigits() makes it.",
    );
  }
  const { train, validation } = splitData(data, checked.validation, seed);
  const model = createModel(net, train, { seed, normalize });
  const loop = new TrainingLoop(model, train, validation, checked);
  return Object.assign(loop.events(), { model, train, validation });
}
