// One trial of a sweep as a process of its own: `nabla train` in the trial's folder, gone on with where it has a
// checkpoint, its JSON lines read. Knows nothing of the other trials.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { atomicWrite } from "../../data/index.node.ts";
import { CHECKPOINT_FILE, readMetrics } from "../../train/index.node.ts";
import type { Evaluation, FitEvent, Score } from "../../train/index.ts";
import type { PartialTrainConfig } from "../config.ts";

/** What a trial is to do. */
export interface TrialTask {
  readonly folder: string;
  readonly config: PartialTrainConfig;
  /** Epochs in all after which it is left to be gone on with; trained to its end if left out. */
  readonly pauseAfter: number | undefined;
}

/** How a trial ended, and how far it got. */
export interface TrialOutcome {
  readonly state: "done" | "paused" | "interrupted" | "failed";
  readonly epochs: number;
  readonly seconds: number;
  readonly validation?: Score | undefined;
  readonly test?: Score | undefined;
  /** What went wrong. */
  readonly message?: string | undefined;
}

/** Runs trials; `stop` asks all that run to save and end, `kill` ends them. */
export interface TrialRunner {
  run(task: TrialTask): Promise<TrialOutcome>;
  stop(): void;
  kill(): void;
}

/** How many lines of what a process said on standard error are kept. */
const LINES_KEPT = 5;

interface Told {
  end?: Extract<FitEvent, { type: "end" }>;
  evaluation?: Evaluation;
  error?: string;
}

/** Keeps what counts of a line that `nabla train --json` wrote. */
function hear(told: Told, line: string): void {
  let record: { type?: string; message?: string };
  try {
    record = JSON.parse(line) as typeof record;
  } catch {
    return;
  }
  if (record.type === "end") told.end = record as NonNullable<Told["end"]>;
  if (record.type === "evaluation") told.evaluation = record as unknown as Evaluation;
  if (record.type === "error" && record.message !== undefined) told.error = record.message;
}

const ENDS: Readonly<Record<number, TrialOutcome["state"]>> = {
  130: "interrupted",
  141: "interrupted",
  143: "interrupted",
};

/** The score after the last epoch that the run folder tells of, for a run that had come to its end before. */
async function lastScore(folder: string): Promise<Score | undefined> {
  const epochs = (await readMetrics(folder)).filter((event) => event.type === "epoch");
  return epochs.at(-1)?.validation;
}

async function outcomeOf(
  folder: string,
  code: number,
  told: Told,
  errors: readonly string[],
): Promise<TrialOutcome> {
  const { end, evaluation } = told;
  const score = evaluation && { test: { loss: evaluation.loss, accuracy: evaluation.accuracy } };
  const reached = { epochs: end?.epochs ?? 0, seconds: end?.seconds ?? 0 };
  if (code !== 0) {
    const state = ENDS[code] ?? "failed";
    const message = state === "failed" ? (told.error ?? errors.join("\n")) : undefined;
    return { state, ...reached, message };
  }
  const validation = end?.validation ?? (await lastScore(folder));
  return { state: evaluation === undefined ? "paused" : "done", ...reached, validation, ...score };
}

async function argumentsOf({ folder, config, pauseAfter }: TrialTask): Promise<string[]> {
  const pause = pauseAfter === undefined ? [] : ["--pause-after", String(pauseAfter)];
  const { threads = 1 } = config;
  if (existsSync(join(folder, CHECKPOINT_FILE))) {
    return ["train", "--resume", folder, "--threads", String(threads), "--json", ...pause];
  }
  // What a trial that was killed before its first checkpoint has left cannot be gone on with.
  await rm(folder, { recursive: true, force: true });
  const file = `${folder}.json`;
  await atomicWrite(file, `${JSON.stringify(config, undefined, 2)}\n`);
  return ["train", "--config", file, "--out", folder, "--json", ...pause];
}

/** A runner of trials as processes of this very command. */
export function processRunner(): TrialRunner {
  const main = fileURLToPath(
    new URL(`../main.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`, import.meta.url),
  );
  const running = new Set<ChildProcess>();
  let isAsked = false;
  /** Ends those that run by a signal, which one that has only begun does not live to handle. */
  const end = (signal: NodeJS.Signals): void => {
    isAsked = true;
    for (const child of running) child.kill(signal);
  };
  return {
    async run(task) {
      const args = await argumentsOf(task);
      // In a group of its own, so that Ctrl-C reaches it by way of the sweep alone.
      const child = spawn(process.execPath, [...process.execArgv, main, ...args], {
        stdio: ["ignore", "pipe", "pipe"],
        detached: process.platform !== "win32",
      });
      running.add(child);
      const told: Told = {};
      const errors: string[] = [];
      createInterface(child.stdout).on("line", (line) => hear(told, line));
      createInterface(child.stderr).on("line", (line) => {
        errors.push(line);
        if (errors.length > LINES_KEPT) errors.shift();
      });
      const code = await new Promise<number>((resolve, reject) => {
        child.on("error", reject);
        child.on("close", (status, signal) => {
          if (status === null && !isAsked) errors.push(`the process was ended by ${signal}`);
          resolve(status ?? (isAsked ? 143 : 1));
        });
      }).finally(() => running.delete(child));
      return outcomeOf(task.folder, code, told, errors);
    },
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
  };
}
