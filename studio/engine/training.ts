// A training run that is done in short turns and looked at between them: fit() by epochs, with the scores of the net
// before the first. Calls are done one after another, so that a page may ask while a step is under way. Runs in the
// worker and in Node alike.
import type { Layer } from "nabla";
import type { ImageSet } from "nabla/data";
import { evaluate, type FitOptions, type FitRun, fit, type Model, type Score } from "nabla/train";

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
  readonly #run: FitRun;
  readonly #stop = new AbortController();
  #scores: EpochScore[] = [];
  /** Epochs scored; −1 before the first score. */
  #epoch = -1;
  #step = 0;
  #stepsPerEpoch = 1;
  #last: Promise<unknown> = Promise.resolve();

  constructor(net: Layer, data: Examples, options: Omit<FitOptions, "signal">) {
    this.#data = data;
    this.#run = fit(net, data, { ...options, signal: this.#stop.signal });
  }

  /** After all that was asked before. */
  inTurn<R>(action: (model: Model) => R | Promise<R>): Promise<R> {
    const result = this.#last.then(() => action(this.#run.model));
    this.#last = result.catch(() => undefined);
    return result;
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
    return this.inTurn(async () => {
      this.#stop.abort();
      while (!(await this.#run.next()).done);
    });
  }

  /** Goes on by one event; false where there is no more. */
  async #next(): Promise<boolean> {
    if (this.#epoch < 0) {
      await this.#score(await scoreOf(this.#run.model, this.#data.validation));
      return true;
    }
    const { value, done } = await this.#run.next();
    if (done) return false;
    if (value.type === "start") this.#stepsPerEpoch = value.stepsPerEpoch;
    else if (value.type === "step") this.#step = value.step;
    else if (value.type === "epoch") await this.#score(value.validation!);
    return true;
  }

  async #score(validation: Score): Promise<void> {
    const train = await scoreOf(this.#run.model, this.#data.train);
    this.#epoch++;
    this.#scores.push({ epoch: this.#epoch, train, validation });
  }
}
