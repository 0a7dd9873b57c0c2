// A session of the training room: one data set, a tree of branches, states of the past. One branch at a time is on the
// device. Calls are done in turn, so that a page may ask while a step is under way. Runs in the worker and in Node alike.
import { ConfigError } from "nabla";
import { countOf } from "nabla/data";
import { loadState, type StateDict, stateDict } from "nabla/nn";
import { createModel, type Model, type TrainingState } from "nabla/train";
import { Branch, type Progress, replay } from "./branch.ts";
import { netOf } from "./build.ts";
import { carryOver, firstState, rhythmOf } from "./carry.ts";
import { type Clock, placeOf } from "./clock.ts";
import type { RoomData } from "./data/open-data.ts";
import type { Change, RoomSettings } from "./settings.ts";
import { Snapshots, stepOf } from "./snapshots.ts";

/** Bytes of past states. */
const BUDGET = 192 * 2 ** 20;

/** What does not change in a session. */
export interface SessionInfo {
  readonly classes: readonly string[];
  readonly shape: readonly [number, number, number];
  readonly trainImages: number;
  readonly validationImages: number;
}

export interface BranchInfo {
  readonly id: number;
  readonly parent: number | undefined;
  /** The step at which it leaves its parent. */
  readonly from: number;
  readonly settings: RoomSettings;
  readonly clock: Clock;
  /** The step that it ends with. */
  readonly last: number;
}

interface Member {
  readonly info: BranchInfo;
  readonly branch: Branch;
  /** The state it begins with. */
  readonly origin: TrainingState;
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

  private constructor(data: RoomData, budget: number) {
    this.data = data;
    this.#snapshots = new Snapshots(budget);
  }

  /** A session whose first branch has these settings; past states take up to `budget` bytes. */
  static async open(settings: RoomSettings, data: RoomData, budget = BUDGET): Promise<TrainingSession> {
    const session = new TrainingSession(data, budget);
    const clock = { step: 0, epoch: 0, images: 0, ...rhythmOf(settings, data.train) };
    session.#grow({ parent: undefined, from: 0, settings, clock }, await firstState(settings, data.train));
    return session;
  }

  /** The data, and the branch that is in training. */
  get info(): SessionInfo & { readonly branch: BranchInfo } {
    const { train, validation } = this.data;
    return {
      ...{ classes: train.classes, shape: train.shape, branch: this.#active.info },
      ...{ trainImages: countOf(train), validationImages: countOf(validation) },
    };
  }

  #grow(about: Omit<BranchInfo, "id" | "last">, origin: TrainingState): Member {
    const id = this.#members.length;
    const branch = new Branch(about.settings, this.data, { origin, from: about.from }, (state) =>
      this.#snapshots.add(id, state),
    );
    branch.takeUp(origin);
    this.#active = { info: { id, ...about, last: branch.last }, branch, origin };
    this.#members.push(this.#active);
    return this.#active;
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

  /** The state at a place: kept, or done again from one that is. */
  async stateAt({ branch: id, step }: Place): Promise<TrainingState> {
    const { info, branch, origin } = this.#ownerOf({ branch: id, step });
    if (!Number.isInteger(step) || step < 0 || step > branch.step) {
      const cure = `Choose one from 0 to ${branch.step}.`;
      throw new ConfigError(`room: branch ${id} has not been at step ${step}. ${cure}`, { id, step });
    }
    if (step === info.from) return origin;
    const own = step - info.from + stepOf(origin);
    const kept = this.#snapshots.before(info.id, own) ?? origin;
    const state = await replay(info.settings, this.data, kept, own);
    this.#snapshots.add(info.id, state);
    return state;
  }

  /** The branch that did the steps up to a place: an earlier one for what was before a branch began. */
  #ownerOf({ branch, step }: Place): Member {
    let member = this.#member(branch);
    while (step < member.info.from && member.info.parent !== undefined) {
      member = this.#member(member.info.parent);
    }
    return member;
  }

  /** A new branch from a place, with other settings; it becomes the active one. What the old one did is told too. */
  async branch(place: Place, change: Change): Promise<{ info: BranchInfo; before: Progress }> {
    const before = await this.#setDown();
    const state = await this.stateAt(place);
    const parent = this.#ownerOf(place).info;
    const settings = { ...this.#member(place.branch).info.settings, ...change };
    const { train } = this.data;
    const origin = await carryOver(state, settings, train);
    const { step } = place;
    const [epoch, images] = (["epoch", "images"] as const).map((each) => placeOf(parent.clock, each, step));
    const clock = { step, epoch: epoch!, images: images!, ...rhythmOf(settings, train) };
    const { info } = this.#grow({ parent: parent.id, from: step, settings, clock }, origin);
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
    const { info, branch } = this.#member(id);
    const own = [info.from, ...this.#snapshots.statesOf(id).map((state) => branch.stepOf(state))];
    const earlier =
      info.parent === undefined ? [] : this.snapshotsOf(info.parent).filter((s) => s < info.from);
    return [...new Set([...earlier, ...own])];
  }

  async #parametersAt(place: Place): Promise<StateDict> {
    const { branch, info } = this.#member(place.branch);
    // Before its first step a net has not been given its state yet.
    const isNow = branch.step === place.step && place.step > info.from;
    if (isNow && branch.net !== undefined) return stateDict(branch.net);
    return (await this.stateAt(place)).parameters;
  }

  /** The model as it was at a place, apart from the one that is trained. */
  async modelAt(place: Place): Promise<Model> {
    const { settings } = this.#member(place.branch).info;
    const { train } = this.data;
    const parameters = await this.#parametersAt(place);
    const { seed, layers } = settings;
    if (this.#viewed?.branch !== place.branch) {
      const model = createModel(netOf(layers, train.classes.length), train, { seed });
      this.#viewed = { branch: place.branch, model };
    }
    await loadState(this.#viewed.model.net, parameters);
    return this.#viewed.model;
  }
}
