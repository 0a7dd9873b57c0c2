// The run folders below a folder: which there are, what state they are in, and their checkpoints. Reads only; trusts
// nothing that it reads. Knows nothing of HTTP.
import { type Dirent, readdirSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import {
  CONFIG_FILE,
  EVALUATION_FILE,
  isInTraining,
  METRICS_FILE,
  MODEL_FILE,
  RUNNING_FILE,
} from "../train/index.node.ts";
import type { Evaluation, RunEvent } from "../train/index.ts";
import type { CheckpointFile, RunDetail, RunSummary, SweepSummary } from "./api.ts";
import { openBelow, readAt, readJsonBelow, resolveBelow } from "./confined.ts";

const RESULTS_FILE = "results.json";
const MOST_CONFIG = 1_000_000;
const MOST_SCORE = 16_000_000;
/** Bytes looked at for the first and for the newest events. */
const ENDS = 65_536;
/** Folders looked at, so that a mistaken --runs does not walk a whole disk. */
const MOST_FOLDERS = 5000;
/** A run lies in the folder of runs, or in the folder of a sweep there. */
const DEPTH = 2;

/** Of each of these the list tells the newest event. */
const TOLD = ["start", "step", "epoch", "end", "divergence"] as const;
type Newest = Partial<Record<(typeof TOLD)[number], RunEvent>>;

/** The run folders below a folder, which need not exist; or that folder alone where it is one itself. */
export class RunCatalog {
  readonly #root: string;
  /** The name of the only run, where one alone is meant. */
  readonly #only: string | undefined;

  constructor(folder: string) {
    const whole = resolve(folder);
    const isOne = isRun(whole);
    this.#root = isOne ? dirname(whole) : folder;
    this.#only = isOne ? basename(whole) : undefined;
  }

  /** The real path of a folder below; undefined where there is none of this name. */
  async #below(name: string): Promise<string | undefined> {
    if (this.#only !== undefined && name !== this.#only) return undefined;
    return resolveBelow(this.#root, name);
  }

  /** All runs, newest first. */
  async list(): Promise<RunSummary[]> {
    const found = await Promise.all(this.#folders().map((name) => this.#summary(name)));
    return found.filter((run) => run !== undefined).sort((a, b) => b.modified - a.modified);
  }

  /** One run; undefined where there is none of this name. */
  async detail(name: string): Promise<RunDetail | undefined> {
    const [run, folder] = [await this.#summary(name), await this.folderOf(name)];
    if (run === undefined || folder === undefined) return undefined;
    const score = (await readJsonBelow(folder, EVALUATION_FILE, MOST_SCORE)) as Evaluation | undefined;
    return score === undefined ? run : { ...run, score };
  }

  /** The real path of the run's folder; undefined where there is none of this name. */
  async folderOf(name: string): Promise<string | undefined> {
    const folder = await this.#below(name);
    return folder !== undefined && isRun(folder) ? folder : undefined;
  }

  /** The checkpoints in a run's folder, newest first. */
  async checkpoints(folder: string): Promise<CheckpointFile[]> {
    const names = entriesOf(folder).map(({ name }) => name);
    const files = await Promise.all(names.filter(isCheckpoint).map((file) => describeFile(folder, file)));
    return files.filter((file) => file !== undefined).sort((a, b) => b.modified - a.modified);
  }

  /** The folders below with a table of results. */
  async sweeps(): Promise<SweepSummary[]> {
    const found = this.#folders().map(async (name) => {
      const folder = await this.#below(name);
      const results = folder && (await readJsonBelow(folder, RESULTS_FILE, MOST_SCORE));
      return results === undefined ? [] : [{ name, results }];
    });
    return (await Promise.all(found)).flat();
  }

  async #summary(name: string): Promise<RunSummary | undefined> {
    const folder = await this.#below(name);
    if (folder === undefined) return undefined;
    const config = await readJsonBelow(folder, CONFIG_FILE, MOST_CONFIG);
    if (typeof config !== "object" || config === null || !isRun(folder)) return undefined;
    const [events, isTraining, model, written] = await Promise.all([
      newestEvents(folder),
      isInTraining(folder),
      describeFile(folder, MODEL_FILE),
      Promise.all([METRICS_FILE, CONFIG_FILE].map((file) => describeFile(folder, file))),
    ]);
    const { end } = events;
    const isDone = end?.type === "end" && end.reason !== "interrupted" && end.reason !== "paused";
    const ended = isDone ? "done" : events.divergence ? "diverged" : "interrupted";
    return {
      name,
      config: config as Readonly<Record<string, unknown>>,
      state: isTraining ? "training" : ended,
      modified: Math.max(...written.map((file) => file?.modified ?? 0)),
      hasModel: model !== undefined,
      ...(events as Partial<RunSummary>),
    };
  }

  /** Names of the folders below, down to those of a sweep's runs. */
  #folders(): string[] {
    if (this.#only !== undefined) return [this.#only];
    const found: string[] = [];
    let level = [""];
    for (let depth = 0; depth < DEPTH; depth++) {
      level = level.flatMap((parent) =>
        entriesOf(join(this.#root, parent))
          .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && !entry.name.startsWith("."))
          .map(({ name }) => (parent === "" ? name : `${parent}/${name}`)),
      );
      found.push(...level.slice(0, MOST_FOLDERS - found.length));
    }
    return found;
  }
}

const isCheckpoint = (file: string): boolean =>
  file.endsWith(".safetensors") && file !== MODEL_FILE && !file.startsWith(".");

/** A folder with a configuration that has begun to train: configurations alone are of many programs. */
function isRun(folder: string): boolean {
  const files = new Set(entriesOf(folder).map(({ name }) => name));
  return files.has(CONFIG_FILE) && (files.has(METRICS_FILE) || files.has(RUNNING_FILE));
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // Not there, or not to be read: nothing to show.
    return [];
  }
}

async function describeFile(folder: string, file: string): Promise<CheckpointFile | undefined> {
  const found = await openBelow(folder, file);
  if (found === undefined) return undefined;
  await found.handle.close();
  return { file, bytes: found.size, modified: found.modified };
}

/** The newest event of each kind, from the two ends of the metrics. */
async function newestEvents(folder: string): Promise<Newest> {
  const file = await openBelow(folder, METRICS_FILE);
  if (file === undefined) return {};
  try {
    const head = await readAt(file, 0, Math.min(ENDS, file.size));
    const tail = await readAt(file, Math.max(0, file.size - ENDS), ENDS);
    const text = [head, tail].map((bytes) => new TextDecoder().decode(bytes)).join("\n");
    const newest: Newest = {};
    for (const line of text.split("\n")) see(newest, line);
    // An end that other events came after is that of a run that was gone on with since.
    if (newest.end !== undefined && (newest.step?.step ?? 0) > newest.end.step) delete newest.end;
    return newest;
  } finally {
    await file.handle.close();
  }
}

function see(newest: Newest, line: string): void {
  try {
    const event = JSON.parse(line) as RunEvent;
    const kind = TOLD.find((each) => each === event.type);
    if (kind !== undefined) newest[kind] = event;
  } catch {
    // The two ends are cut anywhere.
  }
}
