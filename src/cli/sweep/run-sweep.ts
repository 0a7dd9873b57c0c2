// A sweep from its plan to its results: rounds of trials in a pool of processes, results written after each, gone on
// with where a sweep was stopped. Knows nothing of how a trial is run or shown.
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { atomicWrite } from "../../data/index.node.ts";
import type { SweepPlan, Trial } from "./plan.ts";
import { pool } from "./pool.ts";
import { csvOf, parseResults, ranked, type TrialResult, waiting, withOutcome } from "./results.ts";
import type { TrialRunner } from "./trial.ts";

/** Name of the file in a sweep's folder with the settings it was made from. */
export const SWEEP_FILE = "sweep.json";
/** Name of the file in a sweep's folder with its results. */
export const RESULTS_FILE = "results.json";

/** What a sweep is run with. */
export interface SweepParts {
  readonly plan: SweepPlan;
  readonly folder: string;
  readonly runner: TrialRunner;
  readonly signal: AbortSignal;
  /** Told of each trial whose process has ended, and how many are still to end in the round. */
  readonly onTrial: (result: TrialResult, left: number) => void;
}

/** Processes at a time, and the threads of each, so that all processors have work and none is shared. */
export function shareThreads(plan: SweepPlan): { jobs: number; threads: number } {
  const processors = availableParallelism();
  const jobs = Math.min(plan.jobs ?? processors, plan.trials.length);
  return { jobs, threads: Math.max(1, Math.floor(processors / jobs)) };
}

async function resultsOfBefore(folder: string): Promise<TrialResult[]> {
  const file = join(folder, RESULTS_FILE);
  const text = await readFile(file, "utf8").catch(() => undefined);
  return text === undefined ? [] : parseResults(text, file);
}

/** The trials of a sweep and what came of them so far. */
class Sweep {
  readonly #parts: SweepParts;
  readonly #trials: ReadonlyMap<number, Trial>;
  readonly #results: Map<number, TrialResult>;
  readonly #share: { jobs: number; threads: number };
  /** Writes take turns, so that the last one has the last results. */
  #writing: Promise<void> = Promise.resolve();

  constructor(parts: SweepParts, before: readonly TrialResult[]) {
    this.#parts = parts;
    this.#trials = new Map(parts.plan.trials.map((trial) => [trial.id, trial]));
    this.#results = new Map(parts.plan.trials.map((trial) => [trial.id, waiting(trial)]));
    for (const result of before) {
      const own = this.#results.get(result.trial);
      // Where a trial lies and what it tries is the plan's to say: folders of trials are emptied.
      if (own !== undefined) this.#set({ ...result, point: own.point, folder: own.folder });
    }
    this.#share = shareThreads(parts.plan);
  }

  get ranking(): TrialResult[] {
    return ranked([...this.#results.values()], this.#parts.plan.metric);
  }

  /** Does one round: `count` of the best so far, each up to the round's epochs. */
  async round(index: number): Promise<void> {
    const { plan, signal } = this.#parts;
    const { trials: count } = plan.rungs[index]!;
    const alive = this.ranking
      .filter(({ state }) => state !== "failed" && state !== "stopped")
      .slice(0, count);
    // In the order of their numbers, not of their scores, so that one sees how far the round is.
    const todo = alive.filter(({ scores }) => scores.length <= index).sort((a, b) => a.trial - b.trial);
    let left = todo.length;
    await pool(todo, this.#share.jobs, (result) => this.#run(result, index, () => --left), signal);
    if (signal.aborted) return;
    const next = plan.rungs[index + 1]?.trials ?? Number.POSITIVE_INFINITY;
    const isOver = ({ state, scores }: TrialResult) => state === "paused" && scores.length <= index + 1;
    for (const result of this.ranking.slice(next).filter(isOver)) this.#set({ ...result, state: "stopped" });
    await this.#write();
  }

  async #run(result: TrialResult, index: number, countDown: () => number): Promise<void> {
    const { plan, folder, runner, onTrial } = this.#parts;
    const { config } = this.#trials.get(result.trial)!;
    const isLast = index === plan.rungs.length - 1;
    const outcome = await runner.run({
      folder: join(folder, result.folder),
      config: { threads: this.#share.threads, ...config },
      pauseAfter: isLast ? undefined : plan.rungs[index]!.epochs,
    });
    const own = this.#set(withOutcome(result, outcome));
    await this.#write();
    onTrial(own, countDown());
  }

  #set(result: TrialResult): TrialResult {
    this.#results.set(result.trial, result);
    return result;
  }

  #write(): Promise<void> {
    const { plan, folder } = this.#parts;
    this.#writing = this.#writing.then(async () => {
      const results = this.ranking;
      const { strategy, metric, keys } = plan;
      const whole = { strategy, metric, keys, results };
      await atomicWrite(join(folder, RESULTS_FILE), `${JSON.stringify(whole, undefined, 2)}\n`);
      await atomicWrite(join(folder, "results.csv"), csvOf(results, keys));
    });
    return this.#writing;
  }
}

/** Runs what of a sweep is still to be run; gives the results from the best on, those so far where the signal fired. */
export async function runSweep(parts: SweepParts): Promise<TrialResult[]> {
  const sweep = new Sweep(parts, await resultsOfBefore(parts.folder));
  for (let index = 0; index < parts.plan.rungs.length && !parts.signal.aborted; index++) {
    await sweep.round(index);
  }
  return sweep.ranking;
}
