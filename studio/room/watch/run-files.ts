// Run folders that the reader opened or dropped on the page, held in the worker: their events, their score, their nets.
// Trusts nothing it reads.
import { DataError } from "nabla";
import type { RunSummary } from "nabla/server";
import type { Evaluation, RunEvent } from "nabla/train";
import type { GivenFile } from "../data/given-file.ts";
import { type Batch, gather } from "./feed.ts";
import { openedName } from "./run-name.ts";
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

/** The JSON in these bytes; undefined where it is none. */
function readJson(bytes: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
  } catch {
    return undefined;
  }
}

/** The events of a run; what a killed process left of its last line is passed over. */
function readEvents(bytes: Uint8Array): RunEvent[] {
  return new TextDecoder()
    .decode(bytes)
    .split("\n")
    .flatMap((line) => {
      const event = readJson(new TextEncoder().encode(line));
      return isObject(event) && typeof event["type"] === "string" ? [event as unknown as RunEvent] : [];
    });
}

const isScore = (value: unknown): value is Evaluation =>
  isObject(value) &&
  typeof value["accuracy"] === "number" &&
  typeof value["loss"] === "number" &&
  Array.isArray(value["confusion"]);

/** The files of one folder by their names. */
type Folder = ReadonlyMap<string, Uint8Array>;

function sourceOf(folder: Folder): RunSource {
  const score = readJson(folder.get("evaluation.json"));
  const nets = [...folder.keys()].filter((file) => file.endsWith(".safetensors") && file !== TRAINED);
  return {
    nets: async () => [
      ...(folder.has(TRAINED) ? [{ modified: 0 }] : []),
      ...nets.map((file): SavedNet => ({ file, modified: 0 })),
    ],
    net: async (file = TRAINED) => folder.get(file),
    score: async () => (isScore(score) ? score : undefined),
  };
}

function openFolder(name: string, folder: Folder): OpenedRun {
  const batch = gather(readEvents(folder.get(METRICS)!), false);
  const { start, epochs, end } = batch;
  const config = readJson(folder.get("config.json"));
  const isDone = end !== undefined && end.reason !== "interrupted" && end.reason !== "paused";
  held.set(name, sourceOf(folder));
  const epoch = epochs.at(-1);
  return {
    summary: {
      ...{
        name,
        config: isObject(config) ? config : {},
        state: isDone ? "done" : "interrupted",
        modified: 0,
      },
      hasModel: folder.has(TRAINED),
      ...(start && { start }),
      ...(epoch && { epoch }),
      ...(end && { end }),
    },
    batch,
  };
}

/** Opens the run folders among these files; throws `DataError` where there are too many, or one has no events. */
export async function takeRuns(files: readonly GivenFile[]): Promise<OpenedRun[]> {
  const folders = new Map<string, Map<string, Uint8Array>>();
  for (const { path, bytes } of files) {
    const at = path.lastIndexOf("/");
    const folder = folders.get(path.slice(0, Math.max(0, at))) ?? new Map<string, Uint8Array>();
    folders.set(path.slice(0, Math.max(0, at)), folder.set(path.slice(at + 1), bytes));
  }
  const runs = [...folders].filter(([, folder]) => folder.has(METRICS));
  if (runs.length > MOST_RUNS) {
    throw new DataError(`runs: ${runs.length} are more than are opened at a time. Give up to ${MOST_RUNS}.`, {
      count: runs.length,
    });
  }
  const opened = runs.map(([path, folder]) =>
    openFolder(openedName(path.split("/").at(-1) || "run"), folder),
  );
  const empty = opened.find(({ batch }) => batch.points.step.length === 0);
  if (empty === undefined) return opened;
  throw new DataError(
    `${empty.summary.name}: ${METRICS} tells of no step. Give the folder of a run that trained.`,
  );
}
