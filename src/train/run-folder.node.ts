// A run as a folder: config.json, metrics.jsonl, checkpoint.safetensors, and at the end model.safetensors.
// Knows nothing of how training is done or of what a configuration means.
import { access, appendFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { CheckpointError } from "../base/errors.ts";
import { atomicWrite } from "../data/atomic-write.node.ts";
import { MODEL_FILE, saveModel } from "./checkpoint.node.ts";
import { addCheckpoint, readNewest, USUAL_KEEP } from "./checkpoint-series.node.ts";
import type { FitEvent } from "./events.ts";
import type { Model, ModelDescription } from "./model.ts";
import type { TrainingState } from "./training-state.ts";

const CONFIG_FILE = "config.json";
const METRICS_FILE = "metrics.jsonl";

/** An open run folder; paths that are given back are those of the files written. */
export interface RunFolder {
  readonly path: string;
  /** The configuration it was made with, as read from or written to config.json. */
  readonly config: unknown;
  /** Adds an event to the metrics, as a JSON line. */
  append(event: FitEvent): Promise<void>;
  saveCheckpoint(model: ModelDescription, state: TrainingState): Promise<string>;
  saveModel(model: Model): Promise<string>;
}

/** How checkpoints are kept in a run folder. */
export interface RunFolderOptions {
  /** The last so many, beside the best by validation loss; 2 unless given. */
  readonly keep?: number | undefined;
}

function runFolder(path: string, config: unknown, keep: number, told: readonly FitEvent[] = []): RunFolder {
  let best = Number.POSITIVE_INFINITY;
  let isBest = false;
  const see = (event: FitEvent): void => {
    if (event.type !== "epoch" || event.validation === undefined || !(event.validation.loss < best)) return;
    best = event.validation.loss;
    isBest = true;
  };
  told.forEach(see);
  isBest = false;
  return {
    path,
    config,
    append(event) {
      see(event);
      return appendFile(join(path, METRICS_FILE), `${JSON.stringify(event)}\n`);
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
  };
}

/** Makes a run folder with its resolved configuration; throws `CheckpointError` where there is a run already. */
export async function createRunFolder(
  path: string,
  config: unknown,
  { keep = USUAL_KEEP }: RunFolderOptions = {},
): Promise<RunFolder> {
  const file = join(path, CONFIG_FILE);
  const isTaken = await readFile(file).then(
    () => true,
    () => false,
  );
  if (isTaken) {
    throw new CheckpointError(`${path}: there is a run already. Resume it or choose another folder.`, {
      path,
    });
  }
  await mkdir(path, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
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
      const event = JSON.parse(line) as FitEvent;
      return event.type !== "end" && event.step <= step;
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
 * checkpoint is told to `onWarning` and the one before taken.
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
    const hasConfig = await access(join(path, CONFIG_FILE)).then(
      () => true,
      () => false,
    );
    throw new CheckpointError(
      hasConfig
        ? `${path}: the run ended before its first checkpoint. Remove the folder and train anew.`
        : `${path}: does not exist or holds no checkpoint. Give the path of a run folder.`,
      { path },
    );
  }
  const { state, model } = found;
  const config = await readConfig(path);
  await cutMetrics(path, state.epoch * state.stepsPerEpoch + state.position);
  return { run: runFolder(path, config, keep, await readMetrics(path)), state, model };
}

/** The resolved configuration a run was made with; throws `CheckpointError` where it is missing or no JSON. */
export async function readConfig(path: string): Promise<unknown> {
  const file = join(path, CONFIG_FILE);
  try {
    return JSON.parse(await readFile(file, "utf8")) as unknown;
  } catch (error) {
    throw new CheckpointError(`${file}: is missing or no JSON. Give the folder of a run.`, { path }, error);
  }
}

/** The events of a run so far, in order; a broken last line is left out. */
export async function readMetrics(path: string): Promise<FitEvent[]> {
  const text = await readFile(join(path, METRICS_FILE), "utf8").catch(() => "");
  return text.split("\n").flatMap((line) => {
    try {
      return line === "" ? [] : [JSON.parse(line) as FitEvent];
    } catch {
      return [];
    }
  });
}
