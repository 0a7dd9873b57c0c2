// Run folders that the reader opened or dropped on the page, held in the worker: their events, their score, their nets.
// Trusts nothing it reads.
import { DataError } from "nabla";
import type { RunSummary } from "nabla/server";
import type { Evaluation, RunEvent } from "nabla/train";
import type { GivenFile } from "../data/given-file.ts";
import { type Batch, gather } from "./feed.ts";
import { openedName, shownName } from "./run-name.ts";
import type { RunSource, SavedNet } from "./run-source.ts";

/** A run that was opened: what a list would say of it, and all its events. */
export interface OpenedRun {
  readonly summary: RunSummary;
  readonly batch: Batch;
}

const METRICS = "metrics.jsonl";
const TRAINED = "model.safetensors";
/** Runs opened at a time. */
const MOST_RUNS = 8;

const held = new Map<string, RunSource>();

/** The files of an opened run; undefined for a name of the server's. */
export const openedSource = (name: string): RunSource | undefined => held.get(name);

/** Lets go of an opened run. */
export const leaveRun = (name: string): void => void held.delete(name);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The JSON in a text; undefined where it is none. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
const readJson = (bytes: Uint8Array | undefined): unknown => parse(new TextDecoder().decode(bytes));

/** The events of a run; what a killed process left of its last line is passed over. */
const readEvents = (bytes: Uint8Array): RunEvent[] =>
  new TextDecoder()
    .decode(bytes)
    .split("\n")
    .map(parse)
    .filter((event) => isObject(event) && typeof event["type"] === "string") as RunEvent[];

const isScore = (value: unknown): value is Evaluation =>
  isObject(value) &&
  typeof value["accuracy"] === "number" &&
  typeof value["loss"] === "number" &&
  Array.isArray(value["confusion"]);

/** The files of one folder by their names. */
type Folder = ReadonlyMap<string, Uint8Array>;

/** Counts what is opened, so that a folder that is opened again has nets that are not those of before. */
let turn = 0;

function sourceOf(folder: Folder): RunSource {
  const modified = ++turn;
  const score = readJson(folder.get("evaluation.json"));
  const nets = [...folder.keys()].filter((file) => file.endsWith(".safetensors") && file !== TRAINED);
  return {
    nets: async () => [
      ...(folder.has(TRAINED) ? [{ modified }] : []),
      ...nets.map((file): SavedNet => ({ file, modified })),
    ],
    net: async (file = TRAINED) => folder.get(file),
    score: async () => (isScore(score) ? score : undefined),
  };
}

function openFolder(name: string, folder: Folder): OpenedRun {
  const batch = gather(readEvents(folder.get(METRICS)!), false);
  const { start, epochs, divergence, end } = batch;
  const config = readJson(folder.get("config.json"));
  const isDone = end !== undefined && end.reason !== "interrupted" && end.reason !== "paused";
  const epoch = epochs.at(-1);
  return {
    summary: {
      ...{
        name,
        config: isObject(config) ? config : {},
        state: isDone ? "done" : divergence ? "diverged" : "interrupted",
        modified: 0,
      },
      hasModel: folder.has(TRAINED),
      ...(start && { start }),
      ...(epoch && { epoch }),
      ...(end && { end }),
      ...(divergence && { divergence }),
    },
    batch,
  };
}

/** Opens the run folders among these files; throws `DataError` where there are too many, or one has no events. */
export async function takeRuns(files: readonly GivenFile[]): Promise<OpenedRun[]> {
  const folders = new Map<string, Map<string, Uint8Array>>();
  for (const { path, bytes } of files) {
    const at = path.lastIndexOf("/");
    const parent = path.slice(0, Math.max(0, at));
    const folder = folders.get(parent) ?? new Map<string, Uint8Array>();
    folders.set(parent, folder.set(path.slice(at + 1), bytes));
  }
  const runs = [...folders].filter(([, folder]) => folder.has(METRICS));
  if (runs.length > MOST_RUNS) {
    throw new DataError(`runs: ${runs.length} are more than are opened at a time. Give up to ${MOST_RUNS}.`, {
      count: runs.length,
    });
  }
  const opened = runs.map(([path, folder]) => {
    const run = openFolder(openedName(path.split("/").at(-1) || "run"), folder);
    const { points, divergence } = run.batch;
    if (points.step.length > 0 || divergence !== undefined) return { run, folder };
    const name = shownName(run.summary.name);
    throw new DataError(`${name}: ${METRICS} tells of no step. Give the folder of a run that trained.`);
  });
  // Only when all are whole, so that those before stay where these are not.
  for (const { run, folder } of opened) held.set(run.summary.name, sourceOf(folder));
  return opened.map(({ run }) => run);
}
