// The typed stream of events that training is: what fit() yields and everything that watches a run reads.
// Plain data only, so that an event can be written as a JSON line or sent to a page.
import type { StepValue } from "./inspection.ts";
import type { ClassScore } from "./metrics.ts";

/** Mean loss and share of right answers over a set of images. */
export interface Score {
  readonly loss: number;
  readonly accuracy: number;
}

/** Score of a model over a whole set, with what is needed to see its mistakes. */
export interface Evaluation extends Score {
  readonly count: number;
  /** confusion[actual][predicted], in images. */
  readonly confusion: readonly (readonly number[])[];
  /** topK[k − 1]: the share of images whose class is among the k likeliest, k up to 5 or the number of classes. */
  readonly topK: readonly number[];
  /** Precision, recall and F1 of each class. */
  readonly classes: readonly ClassScore[];
  /** Expected calibration error: how far confidence is from accuracy, over 15 bins; 0 is best. */
  readonly calibrationError: number;
  /** The mistakes of largest loss, worst first. */
  readonly worst: readonly Mistake[];
}

/** One misread image: its index in the set, its label, what was predicted and with what probability. */
export interface Mistake {
  readonly index: number;
  readonly label: number;
  readonly predicted: number;
  readonly probability: number;
  readonly loss: number;
}

/** Why training ended. */
export type StopReason =
  | "epochs"
  | "interrupted"
  | "paused"
  | "callback"
  | "validation"
  | "step-norm"
  | "gradient-norm"
  | "time"
  | "target";

export interface StartEvent {
  readonly type: "start";
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  readonly batchSize: number;
  readonly trainImages: number;
  readonly validationImages: number;
  readonly parameters: number;
  readonly device: string;
  /** Steps already done, when a run is resumed. */
  readonly step: number;
}

/** One or more steps have been done; `loss` and `accuracy` are means over the steps since the last such event. */
export interface StepEvent extends Score {
  readonly type: "step";
  /** The epoch under way, from 1. */
  readonly epoch: number;
  /** Steps done since the start of the run. */
  readonly step: number;
  /** Of the last of these steps. */
  readonly learningRate: number;
  /** Means over these steps of ‖∇Q(w)‖ before clipping and of ‖w^t − w^(t−1)‖, where they are measured. */
  readonly gradientNorm?: number;
  readonly updateNorm?: number;
  readonly imagesPerSecond: number;
}

export interface EpochEvent {
  readonly type: "epoch";
  /** Epochs done, from 1. */
  readonly epoch: number;
  readonly step: number;
  readonly train: Score;
  readonly validation?: Score;
  readonly seconds: number;
}

export interface CheckpointEvent {
  readonly type: "checkpoint";
  readonly step: number;
  readonly path: string;
}

export interface EndEvent {
  readonly type: "end";
  readonly reason: StopReason;
  /** Score of the model that training ends with on the validation set, if an epoch was done and there is one. */
  readonly validation?: Score;
  readonly epochs: number;
  readonly step: number;
  readonly seconds: number;
  readonly imagesPerSecond: number;
  /** Seconds in which the device waited for images to be read and brought to it. */
  readonly waited: number;
}

export type FitEvent = StartEvent | StepEvent | EpochEvent | CheckpointEvent | EndEvent;

/** How numbers are spread: `counts` are of equal parts of [min, max]. Of a tensor with NaN or infinities these are left out. */
export interface Histogram {
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly deviation: number;
  readonly counts: readonly number[];
}

/** Weights after an epoch, and the gradients of the loss on a few images that are the same each time. */
export interface HistogramEvent {
  readonly type: "histograms";
  readonly epoch: number;
  readonly step: number;
  /** By the names of parameters: `0.weight`. */
  readonly weights: Readonly<Record<string, Histogram>>;
  readonly gradients: Readonly<Record<string, Histogram>>;
}

/** Training left the finite numbers and ended there; in the folder of a run it is the last event. */
export interface DivergenceEvent {
  readonly type: "divergence";
  /** The step at which it was seen, from 1. */
  readonly step: number;
  /** That of this step, where the step itself failed. */
  readonly learningRate?: number;
  /** The first value that was not finite and its step, where they were found. */
  readonly first?: StepValue & { readonly step: number };
  /** What the error said. */
  readonly message: string;
}

/** What a run folder holds: the events of training, how it failed, and what was measured beside them. */
export type RunEvent = FitEvent | HistogramEvent | DivergenceEvent;
