// The training loop, told as a stream of typed events. The device does many steps a call while the event loop is free;
// what happens does not depend on how the steps of an epoch are cut into calls. Knows nothing of files.
import { BugError, type DivergenceError } from "../base/errors.ts";
import { countOf, type ImageSource } from "../data/image-set.ts";
import { orderOf } from "../data/sampler.ts";
import { type Window, windowsOf } from "../data/windows.ts";
import { currentDevice } from "../device/current.ts";
import { loadState, stateDict } from "../nn/state.ts";
import { learningRateAt } from "../optim/optimizer.ts";
import { type Plateau, reduceOnPlateau } from "../optim/plateau.ts";
import { divergence, type Replay } from "./divergence.ts";
import { evaluate } from "./evaluate.ts";
import type { EndEvent, EpochEvent, FitEvent, Score, StartEvent, StepEvent, StopReason } from "./events.ts";
import type { Model } from "./model.ts";
import { type CheckedFitOptions, checkParts } from "./options.ts";
import { Pace } from "./pace.ts";
import { badLoss, meanNorms, normReason } from "./step-figures.ts";
import {
  type BestEpoch,
  captureState,
  checkResumes,
  type Progress,
  restoreState,
  type StatefulParts,
  type TrainingState,
} from "./training-state.ts";
import { type StepHistory, TrainingStep } from "./training-step.ts";
import { WeightAverages } from "./weight-averages.ts";

/** What training ends with. */
export interface FitResult {
  readonly reason: StopReason;
  readonly model: Model;
  readonly state: TrainingState;
  /** The score on the validation set after the last whole epoch, or of the best one with that criterion. */
  readonly validation?: Score;
}

const seconds = (since: number): number => (performance.now() - since) / 1000;

const stepsOf = ({ epoch, position, stepsPerEpoch }: Progress): number => epoch * stepsPerEpoch + position;

/** One run of training: its counters, its criteria, and the events it tells. */
export class TrainingLoop {
  readonly #model: Model;
  readonly #train: ImageSource;
  readonly #validation: ImageSource | undefined;
  readonly #options: CheckedFitOptions;
  readonly #batchSize: number;
  readonly #stepsPerEpoch: number;
  /** Whether every step is looked at alone, for a criterion on norms. */
  readonly #watchesNorms: boolean;
  readonly #pace = new Pace();
  readonly #plateau: Plateau | undefined;
  #step!: TrainingStep;
  #averages!: WeightAverages;
  /** The state at the beginning of the epoch or at a later checkpoint: what a step that fails is done again from. */
  #good: TrainingState | undefined;
  #windows!: AsyncGenerator<Window, void, void>;
  /** What is on the device. */
  #window: Window | undefined;
  /** The learning rate of each step of the epoch. */
  #rates: readonly number[] = [];
  #started = 0;
  /** Steps done and the time at the last checkpoint. */
  #saved = { steps: 0, time: 0 };
  /** Whether there is a checkpoint to go on from. */
  #hasCheckpoint: boolean;
  /** Steps done in this run and the seconds they took, without what a resumed run did before. */
  #done = { steps: 0, seconds: 0 };
  /** Seconds of these in which the device waited for images. */
  #waited = 0;
  #epoch: number;
  #position: number;
  #sums: { loss: number; hits: number };
  #score: Score | undefined;
  #best: BestEpoch | undefined;
  #reason: StopReason | undefined;

  constructor(
    model: Model,
    train: ImageSource,
    validation: ImageSource | undefined,
    options: CheckedFitOptions,
  ) {
    this.#model = model;
    this.#train = train;
    this.#validation = validation;
    this.#options = options;
    this.#batchSize = Math.min(options.batchSize, countOf(train));
    this.#stepsPerEpoch = Math.floor(countOf(train) / this.#batchSize);
    this.#watchesNorms = (options.until.stepNorm ?? options.until.gradientNorm) !== undefined;
    checkParts(options.accumulate, this.#batchSize);
    this.#plateau = options.plateau && reduceOnPlateau(options.plateau);
    const { resume } = options;
    if (resume?.plateau !== undefined) this.#plateau?.restore(resume.plateau);
    this.#hasCheckpoint = resume !== undefined;
    this.#epoch = resume?.epoch ?? 0;
    this.#position = resume?.position ?? 0;
    this.#sums = { ...(resume?.sums ?? { loss: 0, hits: 0 }) };
    this.#best = resume?.best;
    if (resume !== undefined) checkResumes(resume, this.#progress);
  }

  /** Runs the loop; ends with its result. */
  async *events(): AsyncGenerator<FitEvent, FitResult, void> {
    this.#started = performance.now();
    this.#step = this.#makeStep();
    this.#windows = this.#openWindows();
    const events = this.#run();
    try {
      for (;;) {
        const next = await events.next();
        if (next.done) return next.value;
        await this.#tellCallbacks(next.value);
        yield next.value;
      }
    } finally {
      await this.#windows.return();
    }
  }

  async #tellCallbacks(event: FitEvent): Promise<void> {
    for (const callback of this.#options.callbacks) {
      if ((await callback(event, this.#model)) === "stop") this.#reason ??= "callback";
    }
  }

  async *#run(): AsyncGenerator<FitEvent, FitResult, void> {
    const { resume, epochs, until } = this.#options;
    this.#averages = new WeightAverages(this.#step.parameters, this.#options.optimizer);
    if (resume !== undefined) await restoreState(this.#parts, resume);
    this.#saved = { steps: this.#steps, time: this.#started };
    yield await this.#startEvent();
    while (this.#reason === undefined && this.#epoch < epochs) {
      if (this.#epoch >= this.#options.pauseAfter) this.#reason = "paused";
      else yield* this.#runEpoch();
    }
    this.#reason ??= "epochs";
    await this.#checkParameters();
    const state = await this.#capture();
    // Such a run is to be gone on with from where it is.
    if (this.#reason !== "interrupted" && this.#reason !== "paused") {
      await this.#averages.exchange();
      if (until.validation !== undefined && this.#best !== undefined) {
        await loadState(this.#model.net, this.#best.parameters);
        this.#score = { loss: this.#best.loss, accuracy: this.#best.accuracy };
      }
    }
    yield this.#endEvent(this.#reason);
    const score = this.#score && { validation: this.#score };
    return { reason: this.#reason, model: this.#model, state, ...score };
  }

  get #steps(): number {
    return this.#epoch * this.#stepsPerEpoch + this.#position;
  }

  get #progress(): Progress {
    const { seed, epochs, optimizer } = this.#options;
    return {
      ...{ seed, epochs, batchSize: this.#batchSize, stepsPerEpoch: this.#stepsPerEpoch },
      ...{ optimizer: optimizer.name, epoch: this.#epoch, position: this.#position, sums: { ...this.#sums } },
      ...(this.#plateau && { plateau: this.#plateau.state }),
    };
  }

  get #parts(): StatefulParts {
    return { net: this.#model.net, optimizer: this.#options.optimizer, generator: this.#step.generator };
  }

  #makeStep(): TrainingStep {
    const { optimizer, seed, augment, labelSmoothing, clipNorm, clipValue, accumulate } = this.#options;
    return new TrainingStep({
      ...{ model: this.#model, train: this.#train, optimizer, seed, augment, labelSmoothing },
      ...{ clipNorm, clipValue, accumulate },
      ...{
        batchSize: this.#batchSize,
        stepsPerEpoch: this.#stepsPerEpoch,
        measuresNorms: this.#watchesNorms || this.#options.norms,
      },
    });
  }

  #openWindows(position = this.#position): AsyncGenerator<Window, void, void> {
    const { epochs, seed, balanced, shuffleBuffer, signal } = this.#options;
    return windowsOf(this.#train, {
      ...{ batchSize: this.#batchSize, stepsPerEpoch: this.#stepsPerEpoch, epochs, signal },
      from: { epoch: this.#epoch, position },
      orderOf: (epoch) => orderOf(this.#train, epoch, { seed, balanced, shuffleBuffer }),
    });
  }

  /** The window that holds the step to come, on the device; the time it took to get is time the device waited. */
  async #nextWindow(): Promise<void> {
    if (this.#window?.epoch === this.#epoch && this.#position < this.#window.end) return;
    const begun = performance.now();
    const { value } = await this.#windows.next();
    if (value === undefined) throw new BugError("the windows end before the steps.");
    await this.#step.load(value);
    this.#window = value;
    this.#waited += seconds(begun);
    this.#done.seconds += seconds(begun);
  }

  #capture(): Promise<TrainingState> {
    return captureState(this.#parts, this.#progress, this.#best);
  }

  async *#runEpoch(): AsyncGenerator<FitEvent, void, void> {
    const begun = performance.now();
    this.#rates = this.#ratesOfEpoch();
    await this.#step.beginEpoch(this.#rates, this.#position);
    if (this.#good === undefined || stepsOf(this.#good) !== this.#steps) this.#good = await this.#capture();
    while (this.#position < this.#stepsPerEpoch) {
      this.#reason ??= this.#cutShort();
      if (this.#reason !== undefined) {
        yield* this.#checkpoint();
        return;
      }
      try {
        await this.#nextWindow();
      } catch (error) {
        // Images that were no longer wanted were not read; why is told above.
        if (this.#options.signal?.aborted) continue;
        throw error;
      }
      yield await this.#advance();
      if (this.#position < this.#stepsPerEpoch && this.#isCheckpointDue) yield* this.#checkpoint();
    }
    yield await this.#endEpoch(begun);
    yield* this.#checkpoint();
  }

  #ratesOfEpoch(): number[] {
    const { optimizer, epochs } = this.#options;
    const [first, all] = [this.#epoch * this.#stepsPerEpoch, epochs * this.#stepsPerEpoch];
    const scale = this.#plateau?.state.scale ?? 1;
    const rateAt = (step: number) => scale * learningRateAt(optimizer, step, all);
    return Array.from({ length: this.#stepsPerEpoch }, (_, i) => rateAt(first + i));
  }

  #cutShort(): StopReason | undefined {
    if (this.#options.signal?.aborted) return "interrupted";
    return seconds(this.#started) >= this.#options.maxSeconds ? "time" : undefined;
  }

  /** One call to the device. */
  async #advance(): Promise<StepEvent> {
    const begun = performance.now();
    const { end } = this.#window!;
    const { steps: every = Number.POSITIVE_INFINITY } = this.#options.checkpointEvery;
    const untilSaved = this.#saved.steps + every - this.#steps;
    const remaining = Math.min(end - this.#position, untilSaved, this.#options.stepsPerEvent);
    // Norms are looked at after every step, so that the run ends where the criterion first holds.
    const steps = await this.#step.run(this.#watchesNorms ? 1 : this.#pace.next(remaining));
    const history = await this.#step.history();
    const range = { first: this.#position, count: steps };
    const bad = badLoss(history, range);
    if (bad !== undefined) throw await this.#divergence(bad.at, bad.loss);
    const taken = seconds(begun);
    this.#pace.record(steps, taken * 1000);
    this.#done.steps += steps;
    this.#done.seconds += taken;
    const { loss, hits } = this.#count(history, steps);
    this.#reason ??= normReason(history, this.#position - 1, this.#options.until);
    return {
      ...{ type: "step", epoch: this.#epoch + 1, step: this.#steps, loss: loss / steps },
      accuracy: hits / (steps * this.#batchSize),
      learningRate: this.#rates[this.#position - 1]!,
      ...(this.#options.norms && meanNorms(history, range)),
      imagesPerSecond: (steps * this.#batchSize) / taken,
    };
  }

  /** Counts `steps` more steps as done; gives their sums. */
  #count({ losses, hits }: StepHistory, steps: number): { loss: number; hits: number } {
    const sums = { loss: 0, hits: 0 };
    for (let i = 0; i < steps; i++) {
      const loss = losses[this.#position]!;
      sums.loss += loss;
      sums.hits += hits[this.#position]!;
      // Added up step by step, so that the sums are the same however the steps were cut into calls.
      this.#sums.loss += loss;
      this.#sums.hits += hits[this.#position]!;
      this.#position++;
    }
    return sums;
  }

  /** The error for the step of the epoch at `position`; leaves the net as it was at the last good state. */
  async #divergence(position: number, loss?: number): Promise<DivergenceError> {
    const good = this.#good!;
    const replay: Replay = {
      first: good.position,
      findBadValue: async (target) => {
        await this.#goTo(target, good);
        return target < this.#stepsPerEpoch ? this.#step.findBadValue() : this.#step.findBadParameter();
      },
    };
    const failure = {
      ...{ loss, position, stepsPerEpoch: this.#stepsPerEpoch, epoch: this.#epoch },
      ...{ learningRate: this.#rates[position]!, hasCheckpoint: this.#hasCheckpoint },
    };
    const error = await divergence(failure, replay);
    await restoreState(this.#parts, good);
    return error;
  }

  /** Does the steps of this epoch again from a state in it, up to the one at `target`, whose images are loaded. */
  async #goTo(target: number, from: TrainingState): Promise<void> {
    await restoreState(this.#parts, from);
    await this.#step.beginEpoch(this.#rates, from.position);
    let done = from.position;
    for await (const window of this.#openWindows(from.position)) {
      if (window.epoch !== this.#epoch) break;
      await this.#step.load(window);
      const end = Math.min(target, window.end);
      while (done < end) done += await this.#step.run(end - done);
      if (done < window.end) break;
    }
  }

  /** Throws where the last step of those done in this epoch has made a parameter that is no finite number. */
  async #checkParameters(): Promise<void> {
    if (this.#position === 0 || (await this.#step.findBadParameter()) === undefined) return;
    throw await this.#divergence(this.#position - 1);
  }

  async #endEpoch(begun: number): Promise<EpochEvent> {
    await this.#checkParameters();
    const train: Score = {
      loss: this.#sums.loss / this.#stepsPerEpoch,
      accuracy: this.#sums.hits / (this.#stepsPerEpoch * this.#batchSize),
    };
    this.#epoch++;
    this.#position = 0;
    this.#sums = { loss: 0, hits: 0 };
    await this.#averages.during(() => this.#validate());
    this.#plateau?.see((this.#score ?? train).loss);
    const score = this.#score && { validation: this.#score };
    return { type: "epoch", epoch: this.#epoch, step: this.#steps, train, ...score, seconds: seconds(begun) };
  }

  async #validate(): Promise<void> {
    if (this.#validation === undefined) return;
    const { loss, accuracy } = await evaluate(this.#model, this.#validation);
    this.#score = { loss, accuracy };
    this.#reason ??= await this.#validationReason({ loss, accuracy });
  }

  async #validationReason({ loss, accuracy }: Score): Promise<StopReason | undefined> {
    const patience = this.#options.until.validation?.patience;
    if (patience !== undefined && loss < (this.#best?.loss ?? Number.POSITIVE_INFINITY)) {
      this.#best = { epoch: this.#epoch, loss, accuracy, parameters: await stateDict(this.#model.net) };
    }
    if (accuracy >= this.#options.target) return "target";
    const since = this.#epoch - (this.#best?.epoch ?? 0);
    return patience !== undefined && since >= patience ? "validation" : undefined;
  }

  get #isCheckpointDue(): boolean {
    const { steps = Number.POSITIVE_INFINITY, minutes = Number.POSITIVE_INFINITY } =
      this.#options.checkpointEvery;
    return this.#steps - this.#saved.steps >= steps || seconds(this.#saved.time) >= 60 * minutes;
  }

  async *#checkpoint(): AsyncGenerator<FitEvent, void, void> {
    this.#saved = { steps: this.#steps, time: performance.now() };
    const { onCheckpoint } = this.#options;
    if (onCheckpoint === undefined) return;
    await this.#checkParameters();
    this.#good = await this.#capture();
    const path = await onCheckpoint(this.#good);
    this.#hasCheckpoint = true;
    if (path !== undefined) yield { type: "checkpoint", step: this.#steps, path };
  }

  async #startEvent(): Promise<StartEvent> {
    const parameters = Object.values(this.#step.parameters).reduce((sum, { size }) => sum + size, 0);
    return {
      ...{ type: "start", epochs: this.#options.epochs, stepsPerEpoch: this.#stepsPerEpoch },
      ...{ batchSize: this.#batchSize, trainImages: countOf(this.#train), parameters },
      validationImages: this.#validation === undefined ? 0 : countOf(this.#validation),
      device: (await currentDevice()).name,
      step: this.#steps,
    };
  }

  #endEvent(reason: StopReason): EndEvent {
    const images = this.#done.steps * this.#batchSize;
    return {
      ...{ type: "end", reason, epochs: this.#epoch, step: this.#steps, seconds: seconds(this.#started) },
      ...(this.#score && { validation: this.#score }),
      imagesPerSecond: this.#done.seconds === 0 ? 0 : images / this.#done.seconds,
      waited: this.#waited,
    };
  }
}
