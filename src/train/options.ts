// The options of fit(): what they are, what they are when left out, and their checks. Knows nothing of how fit works.
import { ConfigError } from "../base/errors.ts";
import { checkOptionNames } from "../base/option-names.ts";
import { type Augmentation, makeAugmentations } from "../data/augment/index.ts";
import { SHUFFLE_BUFFER } from "../data/sampler.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import { type PlateauOptions, reduceOnPlateau } from "../optim/plateau.ts";
import type { FitEvent } from "./events.ts";
import type { Model } from "./model.ts";
import { defaultOptimizer, RECIPE } from "./recipe.ts";
import type { TrainingState } from "./training-state.ts";

/** When training is at an end before its last epoch; the first criterion that holds ends it. */
export interface FitUntil {
  /** ‖w^t − w^(t−1)‖ < ε after some step. */
  readonly stepNorm?: number | undefined;
  /** ‖∇Q(w)‖ < ε on some batch. */
  readonly gradientNorm?: number | undefined;
  /** The validation loss has not fallen for `patience` epochs; the parameters of the best epoch are brought back. */
  readonly validation?: { readonly patience: number } | undefined;
}

/** How often a checkpoint is made beside those after each epoch. */
export interface CheckpointEvery {
  readonly steps?: number | undefined;
  readonly minutes?: number | undefined;
}

/** Is told of every event before who iterates the run is; giving "stop" ends training after the step it is in. */
// biome-ignore lint/suspicious/noConfusingVoidType: a callback that gives nothing is the usual one
export type FitCallback = (event: FitEvent, model: Model) => void | "stop" | Promise<void | "stop">;

/** Options of `fit`. */
export interface FitOptions {
  /** AdamW with the default recipe's learning rates if left out. */
  readonly optimizer?: Optimizer | undefined;
  readonly epochs?: number | undefined;
  /** Images a step. What is left of an epoch after its last whole batch is left out; it is other images each epoch. */
  readonly batchSize?: number | undefined;
  /** Of first parameters, order, dropout, augmentation and the split for validation; 1 if left out. */
  readonly seed?: number | undefined;
  /** Share of the training images held out for validation where no such set is given; 0 for none, 0.1 if left out. */
  readonly validation?: number | undefined;
  /** Every class equally often in an epoch, whatever share of the images it has; false if left out. */
  readonly balanced?: boolean | undefined;
  /** Images of a streamed set that are mixed with one another, 8192 if left out; a set in memory is mixed whole. */
  readonly shuffleBuffer?: number | undefined;
  /** Whether pixels are normalised by mean and deviation of the training images; true if left out. */
  readonly normalize?: boolean | undefined;
  /**
   * What is done to the images of each batch, in order: `[data.randomAffine({ degrees: 10 }), data.elastic()]`. A number
   * moves them by up to so many pixels, true by up to 2; false if left out.
   */
  readonly augment?: boolean | number | readonly Augmentation[] | undefined;
  /** Share of the target spread over all classes, 0 if left out. */
  readonly labelSmoothing?: number | undefined;
  /** Gradients are shortened to this global norm; not at all if left out. */
  readonly clipNorm?: number | undefined;
  /** Elements of gradients are held within ± this, before their norm is; not at all if left out. */
  readonly clipValue?: number | undefined;
  /** Parts that a batch is cut into, their gradients added up: less memory for the same step; 1 if left out. */
  readonly accumulate?: number | undefined;
  /** Lowers the learning rate where the validation loss (else the training loss) of an epoch no longer falls. */
  readonly plateau?: PlateauOptions | undefined;
  readonly until?: FitUntil | undefined;
  /** Ends training after so many seconds. */
  readonly maxSeconds?: number | undefined;
  /** Ends training after an epoch with at least this validation accuracy, in 0 … 1. */
  readonly target?: number | undefined;
  /** Ends training after so many epochs in all, to be gone on with; learning rates are those of all `epochs`. */
  readonly pauseAfter?: number | undefined;
  /** Has step events tell the lengths of gradients and updates, which costs a pass over all parameters; false if left out. */
  readonly norms?: boolean | undefined;
  /** The most steps that one step event tells of; as many as take a fraction of a second if left out. Changes no result. */
  readonly stepsPerEvent?: number | undefined;
  readonly callbacks?: readonly FitCallback[] | undefined;
  /** Ends training after the step it is in, with a last checkpoint. */
  readonly signal?: AbortSignal | undefined;
  /** Goes on from here. */
  readonly resume?: TrainingState | undefined;
  /** Has checkpoints made within epochs too, after so many steps or minutes. */
  readonly checkpointEvery?: CheckpointEvery | undefined;
  /** Called after each epoch, as often as `checkpointEvery` says, and when training is cut short; what it gives (a path) is told in a checkpoint event. */
  readonly onCheckpoint?: ((state: TrainingState) => Promise<string | undefined>) | undefined;
}

/** Options with nothing left out that has a default. */
export interface CheckedFitOptions {
  readonly optimizer: Optimizer;
  readonly epochs: number;
  readonly batchSize: number;
  readonly seed: number;
  readonly validation: number;
  readonly balanced: boolean;
  readonly shuffleBuffer: number;
  readonly normalize: boolean;
  readonly augment: readonly Augmentation[];
  readonly labelSmoothing: number;
  readonly clipNorm: number | undefined;
  readonly clipValue: number | undefined;
  readonly accumulate: number;
  readonly plateau: PlateauOptions | undefined;
  readonly checkpointEvery: CheckpointEvery;
  readonly until: FitUntil;
  readonly maxSeconds: number;
  readonly target: number;
  readonly pauseAfter: number;
  readonly norms: boolean;
  readonly stepsPerEvent: number;
  readonly callbacks: readonly FitCallback[];
  readonly signal: AbortSignal | undefined;
  readonly resume: TrainingState | undefined;
  readonly onCheckpoint: FitOptions["onCheckpoint"];
}

const OPTIONS: Readonly<Record<keyof FitOptions, true>> = {
  ...{ optimizer: true, epochs: true, batchSize: true, seed: true, validation: true, normalize: true },
  ...{ augment: true, labelSmoothing: true, until: true, maxSeconds: true, target: true, signal: true },
  ...{ resume: true, onCheckpoint: true, clipNorm: true, clipValue: true, accumulate: true, plateau: true },
  ...{
    checkpointEvery: true,
    balanced: true,
    shuffleBuffer: true,
    pauseAfter: true,
    norms: true,
    stepsPerEvent: true,
    callbacks: true,
  },
};
const CRITERIA = ["stepNorm", "gradientNorm", "validation"];

/** What a number must be, in words, and the test of it. */
type Rule = readonly [words: string, holds: (value: number) => boolean];
const WHOLE: Rule = ["a whole number from 1", (value) => Number.isSafeInteger(value) && value >= 1];
const SEED: Rule = ["a whole number from 0", (value) => Number.isSafeInteger(value) && value >= 0];
const ABOVE_0: Rule = ["a number above 0", (value) => value > 0];
const SHARE: Rule = ["a number from 0 to below 1", (value) => value >= 0 && value < 1];

function check(name: string, value: number | undefined, [words, holds]: Rule): void {
  if (value === undefined || (typeof value === "number" && holds(value))) return;
  throw new ConfigError(`fit: ${name} must be ${words}, it is ${value}. Give such a number.`, {
    [name]: value,
  });
}

function checkNumbers(options: FitOptions): void {
  check("epochs", options.epochs, WHOLE);
  check("batchSize", options.batchSize, WHOLE);
  check("seed", options.seed, SEED);
  check("validation", options.validation, SHARE);
  check("shuffleBuffer", options.shuffleBuffer, WHOLE);
  check("labelSmoothing", options.labelSmoothing, SHARE);
  check("maxSeconds", options.maxSeconds, ABOVE_0);
  check("clipNorm", options.clipNorm, ABOVE_0);
  check("clipValue", options.clipValue, ABOVE_0);
  check("accumulate", options.accumulate, WHOLE);
  check("pauseAfter", options.pauseAfter, WHOLE);
  check("stepsPerEvent", options.stepsPerEvent, WHOLE);
  check("checkpointEvery.steps", options.checkpointEvery?.steps, WHOLE);
  check("checkpointEvery.minutes", options.checkpointEvery?.minutes, ABOVE_0);
  check("target", options.target, ["a share above 0 and up to 1", (value) => value > 0 && value <= 1]);
  check("until.stepNorm", options.until?.stepNorm, ABOVE_0);
  check("until.gradientNorm", options.until?.gradientNorm, ABOVE_0);
  check("until.validation.patience", options.until?.validation?.patience, WHOLE);
  if (typeof options.augment === "number") check("augment", options.augment, SEED);
}

function checkAugmentations(augment: NonNullable<FitOptions["augment"]>): void {
  if (typeof augment === "boolean" || typeof augment === "number") return;
  const isKnown = (one: Augmentation | undefined) => one?.kind === "warp" || one?.kind === "change";
  const at = Array.isArray(augment) ? augment.findIndex((one) => !isKnown(one)) : 0;
  if (at < 0) return;
  throw new ConfigError(
    `fit: augment holds ${JSON.stringify(Array.isArray(augment) ? augment[at] : augment)}, which is no augmentation. ` +
      "Give a list of what data.elastic() and the like make, or data.makeAugmentations([…]) of names.",
    { at },
  );
}

/** Throws ConfigError for what is not of the kind that is called or read during a run. */
function checkHooks({ optimizer, callbacks = [], onCheckpoint, signal }: FitOptions): void {
  const isCallable = (value: unknown) => typeof value === "function";
  const rules: readonly (readonly [name: string, isRight: boolean, cure: string])[] = [
    [
      "optimizer",
      optimizer === undefined || isCallable(optimizer.update),
      "Make one: optim.adamW({ lr: 0.001 })",
    ],
    [
      "callbacks",
      Array.isArray(callbacks) && callbacks.every(isCallable),
      "Give a list of functions of an event",
    ],
    ["onCheckpoint", onCheckpoint === undefined || isCallable(onCheckpoint), "Give a function of a state"],
    ["signal", signal === undefined || signal instanceof AbortSignal, "Give that of an AbortController"],
  ];
  const wrong = rules.find(([, isRight]) => !isRight);
  if (wrong !== undefined) {
    throw new ConfigError(`fit: ${wrong[0]} is not of the right kind. ${wrong[2]}.`, { option: wrong[0] });
  }
}

/** The options, checked and filled in; throws `ConfigError` naming the option and its value. */
export function checkFitOptions(options: FitOptions): CheckedFitOptions {
  checkOptionNames("fit", options, Object.keys(OPTIONS));
  checkOptionNames("fit.until", options.until ?? {}, CRITERIA);
  checkOptionNames("fit.checkpointEvery", options.checkpointEvery ?? {}, ["steps", "minutes"]);
  checkNumbers(options);
  checkHooks(options);
  if (options.plateau !== undefined) reduceOnPlateau(options.plateau);
  const { augment = false } = options;
  checkAugmentations(augment);
  return {
    optimizer: options.optimizer ?? defaultOptimizer(),
    epochs: options.epochs ?? RECIPE.epochs,
    batchSize: options.batchSize ?? RECIPE.batchSize,
    seed: options.seed ?? 1,
    validation: options.validation ?? 0.1,
    balanced: options.balanced ?? false,
    shuffleBuffer: options.shuffleBuffer ?? SHUFFLE_BUFFER,
    normalize: options.normalize ?? true,
    augment: typeof augment === "object" ? augment : makeAugmentations(augment),
    labelSmoothing: options.labelSmoothing ?? 0,
    clipNorm: options.clipNorm,
    clipValue: options.clipValue,
    accumulate: options.accumulate ?? 1,
    plateau: options.plateau,
    checkpointEvery: options.checkpointEvery ?? {},
    until: options.until ?? {},
    maxSeconds: options.maxSeconds ?? Number.POSITIVE_INFINITY,
    target: options.target ?? Number.POSITIVE_INFINITY,
    pauseAfter: options.pauseAfter ?? Number.POSITIVE_INFINITY,
    norms: options.norms ?? false,
    stepsPerEvent: options.stepsPerEvent ?? Number.POSITIVE_INFINITY,
    callbacks: options.callbacks ?? [],
    signal: options.signal,
    resume: options.resume,
    onCheckpoint: options.onCheckpoint,
  };
}

/** Throws `ConfigError` unless a batch can be cut into so many equal parts. */
export function checkParts(accumulate: number, batchSize: number): void {
  if (batchSize % accumulate === 0) return;
  throw new ConfigError(
    `fit: accumulate ${accumulate} does not divide the batch of ${batchSize} images. Give a divisor of the batch size.`,
    { accumulate, batchSize },
  );
}
