// A training run that is done in short turns and looked at between them: fit() by epochs, with the scores of the net
// before the first. Calls are done one after another, so that a page may ask while a step is under way. Runs in the
// worker and in Node alike.
import type { Layer } from "nabla";
import type { ImageSet } from "nabla/data";
import { evaluate, type FitOptions, type Model, type Score } from "nabla/train";
import { makeQueue, SteppedFit } from "./stepped-fit.ts";

/** What is learned from and what it is judged by. */
export interface Examples {
  readonly train: ImageSet;
  readonly validation: ImageSet;
}

/** The net after so many epochs, on the images as they are; 0 is before the first step. */
export interface EpochScore {
  readonly epoch: number;
  readonly train: Score;
  readonly validation: Score;
}

/** How far a run has come. */
export interface Progress {
  /** Epochs scored since the last report. */
  readonly scores: readonly EpochScore[];
  /** Steps done and those of an epoch. */
  readonly step: number;
  readonly stepsPerEpoch: number;
}

const scoreOf = async (model: Model, set: ImageSet): Promise<Score> => {
  const { loss, accuracy } = await evaluate(model, set);
  return { loss, accuracy };
};

export class Training {
  readonly #data: Examples;
  readonly #run: SteppedFit;
  readonly #queue = makeQueue();
  #scores: EpochScore[] = [];
  /** Epochs scored; −1 before the first score. */
  #epoch = -1;
  #step = 0;
  #stepsPerEpoch = 1;

  constructor(net: Layer, data: Examples, options: Omit<FitOptions, "signal">) {
    this.#data = data;
    this.#run = new SteppedFit(net, data, options);
  }

  /** After all that was asked before. */
  inTurn<R>(action: (model: Model) => R | Promise<R>): Promise<R> {
    return this.#queue(() => action(this.#run.model));
  }

  /** Goes on until `epoch` epochs are done, and no longer than so many milliseconds if given. */
  advance(epoch: number, milliseconds = Number.POSITIVE_INFINITY): Promise<Progress> {
    return this.inTurn(async () => {
      const end = performance.now() + milliseconds;
      while (this.#epoch < epoch && (await this.#next()) && performance.now() < end);
      const scores = this.#scores;
      this.#scores = [];
      return { scores, step: this.#step, stepsPerEpoch: this.#stepsPerEpoch };
    });
  }

  /** Ends the run for good, so that nothing of it stays on the device. */
  close(): Promise<void> {
    return this.inTurn(() => this.#run.leave());
  }

  /** Goes on by one event; false where there is no more. */
  async #next(): Promise<boolean> {
    if (this.#epoch < 0) {
      await this.#score(await scoreOf(this.#run.model, this.#data.validation));
      return true;
    }
    const { event } = await this.#run.next();
    if (event?.type === "start") this.#stepsPerEpoch = event.stepsPerEpoch;
    else if (event?.type === "step") this.#step = event.step;
    else if (event?.type === "epoch") await this.#score(event.validation!);
    return event !== undefined;
  }

  async #score(validation: Score): Promise<void> {
    const train = await scoreOf(this.#run.model, this.#data.train);
    this.#epoch++;
    this.#scores.push({ epoch: this.#epoch, train, validation });
  }
}
