// A session of the training room: one data set, a tree of branches, states of the past. One branch at a time is on the
// device. Calls are done in turn, so that a page may ask while a step is under way. Runs in the worker and in Node alike.
import { ConfigError } from "nabla";
import { countOf } from "nabla/data";
import { loadState, type StateDict, stateDict } from "nabla/nn";
import { createModel, type Model, type TrainingState } from "nabla/train";
import { Branch, type Progress, replay } from "./branch.ts";
import { netOf } from "./build.ts";
import type { RoomData } from "./open-data.ts";
import type { Change, RoomSettings } from "./settings.ts";
import { Snapshots } from "./snapshots.ts";

/** Bytes of past states. */
const BUDGET = 192 * 2 ** 20;

/** What does not change in a session. */
export interface SessionInfo {
  readonly classes: readonly string[];
  readonly shape: readonly [number, number, number];
  readonly trainImages: number;
  readonly validationImages: number;
  readonly stepsPerEpoch: number;
}

export interface BranchInfo {
  readonly id: number;
  readonly parent: number | undefined;
  /** The step at which it leaves its parent. */
  readonly from: number;
  readonly settings: RoomSettings;
}

interface Member {
  readonly info: BranchInfo;
  readonly branch: Branch;
  /** The state it begins with; its first parameters where there is none. */
  readonly origin: TrainingState | undefined;
}

/** A place in the tree. */
export interface Place {
  readonly branch: number;
  readonly step: number;
}

export class TrainingSession {
  readonly data: RoomData;
  readonly #snapshots: Snapshots;
  readonly #members: Member[] = [];
  #active!: Member;
  /** The model that is looked at, apart from those that are trained. */
  #viewed: { readonly branch: number; readonly model: Model } | undefined;

  constructor(settings: RoomSettings, data: RoomData, budget = BUDGET) {
    this.data = data;
    this.#snapshots = new Snapshots(budget);
    this.#grow({ id: 0, parent: undefined, from: 0, settings }, undefined);
  }

  get info(): SessionInfo {
    const { train, validation } = this.data;
    const batch = Math.min(this.#active.info.settings.batchSize, countOf(train));
    return {
      ...{ classes: train.classes, shape: train.shape, trainImages: countOf(train) },
      ...{ validationImages: countOf(validation), stepsPerEpoch: Math.floor(countOf(train) / batch) },
    };
  }

  #grow(info: BranchInfo, origin: TrainingState | undefined): Member {
    const keep = (state: TrainingState): void => this.#snapshots.add(info.id, state);
    const branch = new Branch(info.settings, this.data, info.from, keep);
    const member = { info, branch, origin };
    branch.takeUp(origin);
    this.#members.push(member);
    this.#active = member;
    return member;
  }

  #member(id: number): Member {
    const member = this.#members[id];
    if (member !== undefined) return member;
    throw new ConfigError(`room: there is no branch ${id}. There are 0 to ${this.#members.length - 1}.`, {
      id,
    });
  }

  /** Goes on with the active branch for so many steps, and no longer than so many milliseconds if given. */
  async advance(steps: number, milliseconds = Number.POSITIVE_INFINITY): Promise<Progress> {
    const { branch } = this.#active;
    const [end, last] = [performance.now() + milliseconds, branch.step + steps];
    let isGoingOn = true;
    while (isGoingOn && (branch.step < last || branch.isUnsettled) && performance.now() < end) {
      isGoingOn = await branch.advance();
    }
    return branch.report();
  }

  /** The state at a place: kept, or done again from one that is. Undefined for the first parameters. */
  async stateAt({ branch: id, step }: Place): Promise<TrainingState | undefined> {
    const { info, branch, origin } = this.#member(id);
    if (step < info.from) return this.stateAt({ branch: info.parent!, step });
    if (!Number.isInteger(step) || step > branch.step) {
      throw new ConfigError(
        `room: branch ${id} has not been at step ${step}. Choose one up to ${branch.step}.`,
        {
          ...{ id, step },
        },
      );
    }
    if (step === info.from) return origin;
    const kept = this.#snapshots.before(id, step) ?? origin;
    const state = await replay(info.settings, this.data, kept, step);
    this.#snapshots.add(id, state);
    return state;
  }

  /** A new branch from a place, with other settings; it becomes the active one. What the old one did is told too. */
  async branch(place: Place, change: Change): Promise<{ info: BranchInfo; before: Progress }> {
    const before = await this.#setDown();
    const origin = await this.stateAt(place);
    const parent = this.#member(place.branch).info;
    const settings = { ...parent.settings, ...change };
    const info = { id: this.#members.length, parent: parent.id, from: place.step, settings };
    this.#grow(info, origin);
    return { info, before };
  }

  async #setDown(): Promise<Progress> {
    const { branch } = this.#active;
    await branch.setDown();
    return branch.report();
  }

  /** Goes on with another branch from now on. */
  async activate(id: number): Promise<Progress> {
    const member = this.#member(id);
    const before = await this.#setDown();
    this.#active = member;
    const { branch } = member;
    if (!branch.isOver) branch.takeUp(await this.stateAt({ branch: id, step: branch.step }));
    return before;
  }

  /** Ends the run that is on the device. */
  close(): Promise<void> {
    return this.#active.branch.drop();
  }

  /** The steps with a state that is kept, along a branch and before it. */
  snapshotsOf(id: number): number[] {
    const { info } = this.#member(id);
    const own = [info.from, ...this.#snapshots.stepsOf(id)];
    const earlier =
      info.parent === undefined ? [] : this.snapshotsOf(info.parent).filter((s) => s < info.from);
    return [...new Set([...earlier, ...own])];
  }

  async #parametersAt(place: Place): Promise<StateDict | undefined> {
    const { branch, info } = this.#member(place.branch);
    // Before its first step a net has not been given its state yet.
    const isNow = branch.step === place.step && place.step > info.from;
    if (isNow && branch.net !== undefined) return stateDict(branch.net);
    return (await this.stateAt(place))?.parameters;
  }

  /** The model as it was at a place, apart from the one that is trained. */
  async modelAt(place: Place): Promise<Model> {
    const { settings } = this.#member(place.branch).info;
    const { train } = this.data;
    const parameters = await this.#parametersAt(place);
    const { seed, layers } = settings;
    if (this.#viewed?.branch !== place.branch || parameters === undefined) {
      const model = createModel(netOf(layers, train.classes.length), train, { seed });
      this.#viewed = { branch: place.branch, model };
    }
    if (parameters !== undefined) await loadState(this.#viewed.model.net, parameters);
    return this.#viewed.model;
  }
}
