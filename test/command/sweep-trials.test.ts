// A sweep with a runner that only pretends: which trials are run how far, what is written, and going on after a stop.
import { EventEmitter } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { CheckpointError, ConfigError } from "../../src/base/errors.ts";
import type { QuietExit } from "../../src/cli/failure.ts";
import { csvOf, type TrialResult } from "../../src/cli/sweep/results.ts";
import { type SweepOptions, sweep } from "../../src/cli/sweep/sweep.ts";
import type { TrialOutcome, TrialRunner, TrialTask } from "../../src/cli/sweep/trial.ts";
import { recordingTerminal } from "../../src/cli/terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "nabla-sweep-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);

/** Trials whose accuracy is a function of their configuration and of the epochs they are trained. */
function pretend(outcome: (task: TrialTask, epochs: number) => Partial<TrialOutcome>) {
  const tasks: string[] = [];
  const most = { now: 0, ever: 0 };
  const runner: TrialRunner & { stops: number; kills: number } = {
    stops: 0,
    kills: 0,
    async run(task) {
      most.now++;
      most.ever = Math.max(most.ever, most.now);
      const { lr, epochs = 5 } = task.config;
      const reached = task.pauseAfter ?? epochs;
      tasks.push(`${lr} to ${reached}`);
      await new Promise((resolve) => setImmediate(resolve));
      most.now--;
      const state = task.pauseAfter === undefined ? "done" : "paused";
      return { state, epochs: reached, seconds: 1, ...outcome(task, reached) };
    },
    stop() {
      this.stops++;
    },
    kill() {
      this.kills++;
    },
  };
  return { tasks, runner, most };
}

const score = (accuracy: number) => ({ validation: { accuracy, loss: 1 - accuracy } });

async function run(settings: object | undefined, options: SweepOptions, runner: TrialRunner) {
  const terminal = recordingTerminal({ columns: 100 });
  const exits: number[] = [];
  const signals = Object.assign(new EventEmitter(), { exit: (code: number) => void exits.push(code) });
  const file = at(`${Math.random()}.json`);
  if (settings !== undefined) writeFileSync(file, JSON.stringify(settings));
  const error = await sweep(settings && file, options, { terminal, signals }, runner).catch(
    (e: unknown) => e,
  );
  return { error, output: terminal.output(), errors: terminal.errors(), signals, exits };
}
const resultsIn = (path: string) =>
  (JSON.parse(readFileSync(join(path, "results.json"), "utf8")) as { results: TrialResult[] }).results;

describe("a grid", () => {
  it("runs every trial to its end, so many at a time, and ranks them", async () => {
    const { tasks, runner, most } = pretend(({ config }) => ({
      ...score(1 - Math.abs(config.lr! - 0.3)),
      test: { accuracy: 0.5, loss: 1 },
    }));
    const settings = { lr: [0.1, 0.2, 0.3, 0.4], epochs: 7, jobs: 2 };
    const { error, output } = await run(settings, { out: at("grid") }, runner);
    expect(error).toBeUndefined();
    expect(tasks).toEqual(["0.1 to 7", "0.2 to 7", "0.3 to 7", "0.4 to 7"]);
    expect(most.ever).toBe(2);
    const results = resultsIn(at("grid"));
    expect(results.map(({ trial }) => trial)).toEqual([3, 2, 4, 1]);
    expect(results[0]).toMatchObject({ state: "done", point: { lr: 0.3 }, test: { accuracy: 0.5 } });
    expect(output).toContain("best: lr 0.3, in ");
    expect(output).toMatch(/1 +3 +0\.3 +100\.00 % +0\.0000 +7 +1\.0 s\n/);
    expect(
      readFileSync(join(at("grid"), "results.csv"), "utf8")
        .split("\n")
        .slice(0, 2),
    ).toEqual([
      "rank,trial,lr,state,epochs,seconds,validation_accuracy,validation_loss,test_accuracy,test_loss,folder",
      "1,3,0.3,done,7,1,1,0,0.5,1,003",
    ]);
  });

  it("by the loss, with JSON lines, failed trials last", async () => {
    const { runner } = pretend(({ config: { lr } }) =>
      lr === 2
        ? { state: "failed", message: "the loss is NaN" }
        : { validation: { accuracy: lr!, loss: lr! } },
    );
    const options = { out: at("loss"), json: true };
    const { output } = await run({ lr: [2, 0.2, 0.1], metric: "loss", jobs: 1 }, options, runner);
    const lines = output
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map(({ type }) => type)).toEqual(["trial", "trial", "trial", "sweep"]);
    expect(lines.at(-1).results.map(({ trial }: TrialResult) => trial)).toEqual([3, 2, 1]);
    expect(lines[0]).toMatchObject({ trial: 1, state: "failed", message: "the loss is NaN" });
  });

  it("that fails in every trial is a failure", async () => {
    const { runner } = pretend(() => ({ state: "failed", message: "no such data" }));
    const { error, output } = await run({ lr: [1, 2] }, { out: at("failed") }, runner);
    expect((error as QuietExit).exitCode).toBe(1);
    expect(output).toContain("every trial failed: no such data");
  });
});

const HALVING = { lr: [1, 2, 3, 4, 5, 6, 7, 8, 9], strategy: "halving", trials: 9, epochs: 9, jobs: 1 };

describe("successive halving", () => {
  // Rates that look good early are overtaken late.
  const late = ({ config: { lr } }: TrialTask, epochs: number) =>
    score(epochs === 1 ? lr! / 10 : 1 - lr! / 10);

  it("lets the best go on, and only them", async () => {
    const { tasks, runner } = pretend(late);
    await run(HALVING, { out: at("halving") }, runner);
    const first = tasks.slice(0, 9);
    expect(first.every((task) => task.endsWith(" to 1"))).toBe(true);
    expect(new Set(tasks.slice(9, 12))).toEqual(new Set(["7 to 3", "8 to 3", "9 to 3"]));
    expect(tasks.slice(12)).toEqual(["7 to 9"]);
    const results = resultsIn(at("halving"));
    expect(results.map(({ state }) => state)).toEqual(["done", ...new Array(8).fill("stopped")]);
    expect(results.map(({ scores }) => scores.length)).toEqual([3, 2, 2, 1, 1, 1, 1, 1, 1]);
    expect(results[0]!.point).toEqual({ lr: 7 });
  });

  it("goes on where it was stopped, as if it had not been", async () => {
    const whole = pretend(late);
    await run(HALVING, { out: at("never-stopped") }, whole.runner);
    for (const stopAt of [1, 5, 10, 12]) {
      const out = at(`stopped-${stopAt}`);
      let [count, signals] = [0, undefined as EventEmitter | undefined];
      const { tasks, runner } = pretend((task, epochs) => {
        if (++count !== stopAt) return late(task, epochs);
        signals!.emit("SIGINT");
        return { state: "interrupted" };
      });
      const terminal = recordingTerminal();
      signals = new EventEmitter();
      const file = at(`${stopAt}.json`);
      writeFileSync(file, JSON.stringify(HALVING));
      const context = { terminal, signals: Object.assign(signals, { exit: () => {} }) };
      const stopped = await sweep(file, { out }, context, runner).catch((e: unknown) => e);
      expect((stopped as QuietExit).exitCode).toBe(130);
      expect(terminal.output()).toContain(`to go on: nabla sweep --resume ${out}`);
      expect(runner.stops).toBe(1);
      expect(tasks).toEqual(whole.tasks.slice(0, stopAt));
      const rest = pretend(late);
      await run(undefined, { resume: out }, rest.runner);
      expect(rest.tasks).toEqual(whole.tasks.slice(stopAt - 1));
      const plain = (results: TrialResult[]) => results.map(({ seconds: _, ...result }) => result);
      expect(plain(resultsIn(out))).toEqual(plain(resultsIn(at("never-stopped"))));
    }
  });
});

describe("a sweep refuses", () => {
  const { runner } = pretend(() => score(1));
  it("to begin where there is one, and to go on where there is none", async () => {
    await run({ lr: [1] }, { out: at("taken") }, runner);
    const again = await run({ lr: [1] }, { out: at("taken") }, runner);
    expect(again.error).toBeInstanceOf(CheckpointError);
    expect(again.error).toMatchObject({
      message: expect.stringContaining("there is a sweep already. Go on with it"),
    });
    const none = await run(undefined, { resume: at("nowhere") }, runner);
    expect(none.error).toMatchObject({ message: expect.stringContaining("holds no sweep") });
    writeFileSync(join(at("taken"), "results.json"), '{"results": [{"trial": "one"}]}');
    const damaged = await run(undefined, { resume: at("taken") }, runner);
    expect(damaged.error).toBeInstanceOf(CheckpointError);
  });
  it("to look for a trial where its file says and not its plan", async () => {
    await run({ lr: [1] }, { out: at("elsewhere") }, runner);
    const file = join(at("elsewhere"), "results.json");
    const [result] = resultsIn(at("elsewhere"));
    const moved = { ...result, folder: "../..", state: "interrupted", scores: [] };
    writeFileSync(file, JSON.stringify({ results: [moved] }));
    const folders: string[] = [];
    const { runner: watching } = pretend(({ folder: given }) => {
      folders.push(given);
      return score(1);
    });
    await run(undefined, { resume: at("elsewhere") }, watching);
    expect(folders).toEqual([join(at("elsewhere"), "001")]);
  });
  it("calls that say too much or too little, and leaves nothing behind", async () => {
    expect((await run(undefined, {}, runner)).error).toBeInstanceOf(ConfigError);
    expect((await run({ lr: [1] }, { resume: at("taken") }, runner)).error).toBeInstanceOf(ConfigError);
    const odd = await run({ lr: [1] }, { out: at("odd"), jobs: 0 }, runner);
    expect(odd.error).toMatchObject({
      message: "sweep: --jobs must be a whole number of at least 1, it is 0.",
    });
    expect(existsSync(at("odd"))).toBe(false);
  });
});

it("quotes what CSV would misread", () => {
  const result: TrialResult = {
    ...{
      trial: 1,
      point: { data: 'a,"b"' },
      state: "waiting",
      epochs: 0,
      seconds: 0,
      scores: [],
      folder: "001",
    },
  };
  expect(csvOf([result], ["data"]).split("\n")[1]).toBe('1,1,"a,""b""",waiting,0,0,,,,,001');
});
