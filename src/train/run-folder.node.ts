// A run as a folder: config.json, metrics.jsonl and the same for TensorBoard, checkpoint.safetensors, and at the end
// model.safetensors.
// Knows nothing of how training is done or of what a configuration means.
import { existsSync, rmdirSync, rmSync } from "node:fs";
import { access, appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { CheckpointError } from "../base/errors.ts";
import { atomicWrite } from "../data/atomic-write.node.ts";
import { makeFolder } from "../data/make-folder.node.ts";
import { MODEL_FILE, saveModel } from "./checkpoint.node.ts";
import {
  addCheckpoint,
  CHECKSUM_FILE,
  holdsCheckpoint,
  readNewest,
  USUAL_KEEP,
} from "./checkpoint-series.node.ts";
import type { RunEvent } from "./events.ts";
import type { Model, ModelDescription } from "./model.ts";
import { RUNNING_FILE, STOP_FILE } from "./run-presence.node.ts";
import { TensorBoardLog, tensorBoardFiles } from "./tensorboard-log.node.ts";
import type { TrainingState } from "./training-state.ts";

/** Name of the file in a run folder with its resolved configuration. */
export const CONFIG_FILE = "config.json";
/** Name of the file in a run folder with its events, a JSON line each. */
export const METRICS_FILE = "metrics.jsonl";
/** Name of the file in a run folder that tells of the run as a page. */
export const REPORT_FILE = "report.html";
/** Name of the file in a run folder with the score on the test images. */
export const EVALUATION_FILE = "evaluation.json";

/** An open run folder; paths that are given back are those of the files written. */
export interface RunFolder {
  readonly path: string;
  /** The configuration it was made with, as read from or written to config.json. */
  readonly config: unknown;
  /** Adds an event to the metrics, as a JSON line, and to TensorBoard's. */
  append(event: RunEvent): Promise<void>;
  saveCheckpoint(model: ModelDescription, state: TrainingState): Promise<string>;
  saveModel(model: Model): Promise<string>;
  /**
   * Takes away what cannot be gone on with: config and metrics, where no checkpoint was saved, and the folder if empty.
   * Done when it returns, so that a process can call it as its last act.
   */
  removeUnlessSaved(): void;
}

/** How checkpoints are kept in a run folder. */
export interface RunFolderOptions {
  /** The last so many, beside the best by validation loss; 2 unless given. */
  readonly keep?: number | undefined;
}

/** How a run is gone on with: the step of its checkpoint, and the events told before. */
interface Continuation {
  readonly step: number;
  readonly told: readonly RunEvent[];
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

function removeUnlessSaved(path: string): void {
  if (holdsCheckpoint(path)) return;
  const events = existsSync(path) ? tensorBoardFiles(path) : [];
  const own = [METRICS_FILE, CHECKSUM_FILE, CONFIG_FILE, RUNNING_FILE, STOP_FILE, ...events];
  for (const file of own) rmSync(join(path, file), { force: true });
  try {
    rmdirSync(path);
  } catch {
    // What else is in the folder was not put there by the run, and stays.
  }
}

function runFolder(path: string, config: unknown, keep: number, continued?: Continuation): RunFolder {
  const tensorBoard = new TensorBoardLog(path);
  let isCut = continued === undefined;
  let best = Number.POSITIVE_INFINITY;
  let isBest = false;
  const see = (event: RunEvent): void => {
    if (event.type !== "epoch" || event.validation === undefined || !(event.validation.loss < best)) return;
    best = event.validation.loss;
    isBest = true;
  };
  continued?.told.forEach(see);
  isBest = false;
  return {
    path,
    config,
    async append(event) {
      see(event);
      // Not before the first event of the continued run: one that is refused leaves the folder as it was.
      if (!isCut) await cutMetrics(path, continued!.step);
      isCut = true;
      await appendFile(join(path, METRICS_FILE), `${JSON.stringify(event)}\n`);
      await tensorBoard.append(event);
    },
    async saveCheckpoint(model, state) {
      const file = await addCheckpoint(path, { model, state }, { keep, isBest });
      isBest = false;
      return file;
    },
    async saveModel(model) {
      const file = join(path, MODEL_FILE);
      await saveModel(file, model);
      return file;
    },
    removeUnlessSaved: () => removeUnlessSaved(path),
  };
}

/** Whether all that the folder holds is a run that diverged before its first checkpoint. */
async function holdsOnlyDivergence(path: string): Promise<boolean> {
  if (holdsCheckpoint(path)) return false;
  return (await readMetrics(path)).at(-1)?.type === "divergence";
}

/**
 * Makes a run folder with its resolved configuration; throws `CheckpointError` where there is a run already. One that
 * diverged before its first checkpoint gives way to the next attempt.
 */
export async function createRunFolder(
  path: string,
  config: unknown,
  { keep = USUAL_KEEP }: RunFolderOptions = {},
): Promise<RunFolder> {
  const file = join(path, CONFIG_FILE);
  if (await holdsOnlyDivergence(path)) removeUnlessSaved(path);
  if (await exists(file)) {
    const cure = holdsCheckpoint(path)
      ? "Go on with it (--resume), or choose another folder."
      : "It ended before its first checkpoint: remove the folder, or choose another.";
    throw new CheckpointError(`${path}: there is a run already. ${cure}`, { path });
  }
  await makeFolder(path).catch((error: NodeJS.ErrnoException) => {
    const cure = "Choose another folder with --out, or see to the permissions.";
    throw new CheckpointError(
      `${path}: the run folder cannot be made (${error.code}). ${cure}`,
      { path },
      error,
    );
  });
  await atomicWrite(file, `${JSON.stringify(config, undefined, 2)}\n`);
  return runFolder(path, config, keep);
}

/** The lines of the metrics up to the step that a run is gone on with from; what came after is done again. */
async function cutMetrics(path: string, step: number): Promise<void> {
  const file = join(path, METRICS_FILE);
  const text = await readFile(file, "utf8").catch(() => "");
  const isKept = (line: string): boolean => {
    try {
      const event = JSON.parse(line) as RunEvent;
      return event.type !== "end" && event.type !== "divergence" && event.step <= step;
    } catch {
      // The last line of a run that was killed while it wrote.
      return false;
    }
  };
  const kept = text.split("\n").filter((line) => line !== "" && isKept(line));
  await atomicWrite(file, kept.map((line) => `${line}\n`).join(""));
}

/**
 * Opens the folder of a run to go on with it: its configuration, its state and its model's description. A damaged newest
 * checkpoint is told to `onWarning` and the one before taken. Metrics of later steps go when the first event is added.
 */
export async function resumeRunFolder(
  path: string,
  {
    keep = USUAL_KEEP,
    onWarning,
  }: RunFolderOptions & { readonly onWarning?: (message: string) => void } = {},
): Promise<{ run: RunFolder; state: TrainingState; model: ModelDescription }> {
  const found = await readNewest(path, onWarning);
  if (found === undefined) {
    const hasConfig = await exists(join(path, CONFIG_FILE));
    throw new CheckpointError(
      hasConfig
        ? `${path}: the run ended before its first checkpoint. Remove the folder and train anew.`
        : `${path}: does not exist or holds no checkpoint. Give the path of a run folder.`,
      { path },
    );
  }
  const { state, model } = found;
  const config = await readConfig(path);
  const step = state.epoch * state.stepsPerEpoch + state.position;
  const told = (await readMetrics(path)).filter((event) => event.step <= step);
  return { run: runFolder(path, config, keep, { step, told }), state, model };
}

/** The resolved configuration a run was made with; throws `CheckpointError` where it cannot be read or is no JSON. */
export async function readConfig(path: string): Promise<unknown> {
  const file = join(path, CONFIG_FILE);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const message = `${file}: cannot be read (${code}). Give the folder of a run.`;
    throw new CheckpointError(message, { path, code }, error);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const message = `${file}: is no JSON (${(error as Error).message}). Correct the file, or train anew.`;
    throw new CheckpointError(message, { path }, error);
  }
}

/** The events of a run so far, in order; a broken last line is left out. */
export async function readMetrics(path: string): Promise<RunEvent[]> {
  const text = await readFile(join(path, METRICS_FILE), "utf8").catch(() => "");
  return text.split("\n").flatMap((line) => {
    try {
      return line === "" ? [] : [JSON.parse(line) as RunEvent];
    } catch {
      return [];
    }
  });
}
