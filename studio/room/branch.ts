// One future of a training session: a run of fit() from a state on, told step by step, which can be set down and taken
// up again with the same bits. Its steps are counted on from those of the branch it left, while fit() counts those that
// such a run would have had from the start. Knows nothing of other branches.
import { DivergenceError, type Layer } from "nabla";
import type {
  DivergenceEvent,
  EpochEvent,
  FitEvent,
  FitOptions,
  StepValue,
  StopReason,
  TrainingState,
} from "nabla/train";
import { type Fault, faultOf } from "../engine/fault.ts";
import { SteppedFit } from "../engine/stepped-fit.ts";
import { fitOptions, netOf } from "./build.ts";
import type { RoomData } from "./data/open-data.ts";
import { addStep, noPoints, type Points } from "./points.ts";
import type { RoomSettings } from "./settings.ts";
import { stepOf } from "./snapshots.ts";

/** Steps between states that are kept, before the budget asks for fewer. */
const CHECKPOINT = 10;

/** Why a branch cannot go on. */
export interface Failure extends Fault {
  /** The step at which the numbers left the finite ones, and the first value that did. */
  readonly step?: number | undefined;
  readonly value?: StepValue | undefined;
}

/** What has become of a branch since it was last asked. */
export interface Progress {
  readonly points: Points;
  readonly epochs: readonly EpochEvent[];
  /** The step it stands at. */
  readonly step: number;
  readonly ended?: StopReason | undefined;
  readonly failure?: Failure | undefined;
}

export class Branch {
  readonly settings: RoomSettings;
  readonly #data: RoomData;
  readonly #keep: (state: TrainingState) => void;
  /** What is added to fit()'s steps. */
  readonly #offset: number;
  #run: SteppedFit | undefined;
  #points = noPoints();
  #epochs: EpochEvent[] = [];
  #step: number;
  #ended: StopReason | undefined;
  #failure: Failure | undefined;
  readonly #stepsPerEpoch: number;
  /** Whether the last step has an epoch's score, or the run's end, still to come. */
  #isUnsettled = false;

  /** From the state `origin`, which is that after `from` steps; `keep` is given states that it can be taken up from. */
  constructor(
    settings: RoomSettings,
    data: RoomData,
    { origin, from }: { readonly origin: TrainingState; readonly from: number },
    keep: (state: TrainingState) => void,
  ) {
    this.settings = settings;
    this.#data = data;
    this.#step = from;
    this.#offset = from - stepOf(origin);
    this.#stepsPerEpoch = origin.stepsPerEpoch;
    this.#keep = keep;
  }

  get step(): number {
    return this.#step;
  }

  get isOver(): boolean {
    return this.#ended !== undefined || this.#failure !== undefined;
  }

  /** The net that is trained, while there is one in training. */
  get net(): Layer | undefined {
    return this.#run?.model.net;
  }

  get isUnsettled(): boolean {
    return this.#isUnsettled;
  }

  /** The step that it ends with. */
  get last(): number {
    return this.settings.epochs * this.#stepsPerEpoch + this.#offset;
  }

  /** The step that a state of it is that after. */
  stepOf(state: TrainingState): number {
    return stepOf(state) + this.#offset;
  }

  /** Takes the branch up from a state that it has been at. */
  takeUp(state: TrainingState): void {
    this.#run = runOf(this.settings, this.#data, {
      resume: state,
      checkpointEvery: { steps: CHECKPOINT },
      onCheckpoint: async (reached) => {
        this.#keep(reached);
        return undefined;
      },
    });
  }

  /** Goes on by one event; false where there is no more. */
  async advance(): Promise<boolean> {
    if (this.#run === undefined || this.isOver) return false;
    try {
      const { event, state } = await this.#run.next();
      if (event !== undefined) this.#see(event);
      else {
        if (state !== undefined) this.#keep(state);
        this.#letGo();
      }
      return event !== undefined;
    } catch (error) {
      this.#letGo();
      this.#failure = this.#failureOf(error);
      return false;
    }
  }

  #failureOf(error: unknown): Failure {
    const fault = faultOf(error);
    if (!(error instanceof DivergenceError)) return fault;
    const { step, first } = error.fields as Partial<Pick<DivergenceEvent, "step" | "first">>;
    const at = first?.step ?? step;
    return { ...fault, step: at === undefined ? at : at + this.#offset, value: first };
  }

  #letGo(): void {
    this.#run = undefined;
    this.#isUnsettled = false;
  }

  #see(event: FitEvent): void {
    if (event.type === "step") {
      this.#step = event.step + this.#offset;
      this.#isUnsettled = event.step % this.#stepsPerEpoch === 0;
      addStep(this.#points, { ...event, step: this.#step });
    } else if (event.type === "epoch") {
      this.#epochs.push({ ...event, step: event.step + this.#offset });
      this.#isUnsettled = event.epoch >= this.settings.epochs;
    } else if (event.type === "end" && event.reason !== "interrupted") this.#ended = event.reason;
  }

  /** Sets the branch down: its state is kept and the device is free. */
  async setDown(): Promise<void> {
    this.#run?.stop();
    while (await this.advance());
  }

  /** Leaves the run as it is, without its state. */
  async drop(): Promise<void> {
    const run = this.#run;
    this.#letGo();
    await run?.leave();
  }

  /** What happened since the last call. */
  report(): Progress {
    const [points, epochs] = [this.#points, this.#epochs];
    [this.#points, this.#epochs] = [noPoints(), []];
    return { points, epochs, step: this.#step, ended: this.#ended, failure: this.#failure };
  }
}

/** fit() by these settings, and more of its options. */
const runOf = (settings: RoomSettings, data: RoomData, more: FitOptions): SteppedFit =>
  new SteppedFit(netOf(settings.layers, data.train.classes.length), data, {
    ...fitOptions(settings),
    ...more,
  });

/** The state after `step` of fit()'s steps with these settings, done again from a state before it. */
export async function replay(
  settings: RoomSettings,
  data: RoomData,
  from: TrainingState,
  step: number,
): Promise<TrainingState> {
  if (stepOf(from) === step) return from;
  const run = runOf(settings, data, { resume: from });
  for (;;) {
    const { event, state } = await run.next();
    if (event === undefined) return state!;
    if (event.type === "step" && event.step >= step) run.stop();
  }
}
