// One future of a training session: a run of fit() from a state on, told step by step, which can be set down and taken
// up again with the same bits. Knows nothing of other branches.
import type { Layer } from "nabla";
import {
  type EpochEvent,
  type FitEvent,
  type FitRun,
  fit,
  type StopReason,
  type TrainingState,
} from "nabla/train";
import { fitOptions, netOf } from "./build.ts";
import type { RoomData } from "./open-data.ts";
import { addStep, noPoints, type Points } from "./points.ts";
import type { RoomSettings } from "./settings.ts";
import { stepOf } from "./snapshots.ts";

/** Steps between states that are kept, before the budget asks for fewer. */
const CHECKPOINT = 10;

/** What has become of a branch since it was last asked. */
export interface Progress {
  readonly points: Points;
  readonly epochs: readonly EpochEvent[];
  /** The step it stands at. */
  readonly step: number;
  readonly ended?: StopReason | undefined;
  /** Why it cannot go on: layer and step where the numbers left the finite ones. */
  readonly failure?: string | undefined;
}

export class Branch {
  readonly settings: RoomSettings;
  readonly #data: RoomData;
  readonly #keep: (state: TrainingState) => void;
  #run: FitRun | undefined;
  #stop = new AbortController();
  #points = noPoints();
  #epochs: EpochEvent[] = [];
  #step: number;
  #ended: StopReason | undefined;
  #failure: string | undefined;
  #stepsPerEpoch = Number.POSITIVE_INFINITY;
  /** Whether the last step has an epoch's score, or the run's end, still to come. */
  #isUnsettled = false;

  constructor(settings: RoomSettings, data: RoomData, step: number, keep: (state: TrainingState) => void) {
    this.settings = settings;
    this.#data = data;
    this.#step = step;
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

  /** Takes the branch up from a state that it has been at; from its first parameters without one. */
  takeUp(state: TrainingState | undefined): void {
    const { settings } = this;
    this.#stop = new AbortController();
    this.#run = fit(netOf(settings.layers, this.#data.train.classes.length), this.#data, {
      ...fitOptions(settings),
      resume: state,
      signal: this.#stop.signal,
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
      const { value, done } = await this.#run.next();
      if (done) {
        this.#keep(value.state);
        this.#letGo();
      } else this.#see(value);
      return !done;
    } catch (error) {
      this.#letGo();
      this.#failure = error instanceof Error ? error.message : String(error);
      return false;
    }
  }

  #letGo(): void {
    this.#run = undefined;
    this.#isUnsettled = false;
  }

  #see(event: FitEvent): void {
    if (event.type === "start") this.#stepsPerEpoch = event.stepsPerEpoch;
    else if (event.type === "step") {
      this.#step = event.step;
      this.#isUnsettled = event.step % this.#stepsPerEpoch === 0;
      addStep(this.#points, event);
    } else if (event.type === "epoch") {
      this.#epochs.push(event);
      this.#isUnsettled = event.epoch >= this.settings.epochs;
    } else if (event.type === "end" && event.reason !== "interrupted") this.#ended = event.reason;
  }

  /** Sets the branch down: its state is kept and the device is free. */
  async setDown(): Promise<void> {
    this.#stop.abort();
    while (await this.advance());
  }

  /** Leaves the run as it is, without its state. */
  async drop(): Promise<void> {
    const run = this.#run;
    this.#letGo();
    // What fit() ends with does not matter to one who leaves.
    await run?.return(undefined as never);
  }

  /** What happened since the last call. */
  report(): Progress {
    const [points, epochs] = [this.#points, this.#epochs];
    [this.#points, this.#epochs] = [noPoints(), []];
    return { points, epochs, step: this.#step, ended: this.#ended, failure: this.#failure };
  }
}

/** The state at `step` of a run with these settings, done again from a state before it. */
export async function replay(
  settings: RoomSettings,
  data: RoomData,
  from: TrainingState | undefined,
  step: number,
): Promise<TrainingState> {
  if (from !== undefined && stepOf(from) === step) return from;
  const stop = new AbortController();
  const run = fit(netOf(settings.layers, data.train.classes.length), data, {
    ...fitOptions(settings),
    resume: from,
    signal: stop.signal,
  });
  for (;;) {
    const { value, done } = await run.next();
    if (done) return value.state;
    if (value.type === "step" && value.step >= step) stop.abort();
  }
}
