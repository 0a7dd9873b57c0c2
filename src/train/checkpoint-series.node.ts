// The checkpoints of a run folder: the newest, some before it, the best, and their checksums; a damaged one is passed
// over when a run is gone on with. Knows nothing of how training is done.
import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { link, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { CheckpointError } from "../base/errors.ts";
import { atomicWrite } from "../data/atomic-write.node.ts";
import { CHECKPOINT_FILE } from "./checkpoint.node.ts";
import type { ModelDescription } from "./model.ts";
import { decodeTrainingState, encodeTrainingState } from "./model-file.ts";
import type { TrainingState } from "./training-state.ts";

/** Name of the file in a run folder with the checkpoint of the least validation loss. */
export const BEST_FILE = "best.safetensors";
/** Name of the file in a run folder with the SHA-256 sums of its checkpoints, a line each. */
export const CHECKSUM_FILE = "checkpoints.sha256";
/** Checkpoints kept where nothing else is said, the newest included. */
export const USUAL_KEEP = 2;
// No more than these are looked for.
const MOST_KEPT = 100;

/** A checkpoint that was read. */
export interface ReadCheckpoint {
  readonly state: TrainingState;
  readonly model: ModelDescription;
}

/** The file of the checkpoint made `age` checkpoints before the newest. */
const fileOf = (age: number): string => (age === 0 ? CHECKPOINT_FILE : `checkpoint.${age}.safetensors`);

/** Whether any checkpoint of a run is in its folder, one put aside as damaged too. */
export const holdsCheckpoint = (folder: string): boolean =>
  existsSync(folder) &&
  readdirSync(folder).some((name) => /^(checkpoint(\.\d+)?|best)\.safetensors(\.damaged)?$/.test(name));

const sumOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** The result, or undefined where there is no such file. */
async function ifThere<T>(action: Promise<T>): Promise<T | undefined> {
  try {
    return await action;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Lines of "<sum>  <name>", newest first. */
async function readSums(folder: string): Promise<string[]> {
  const text = await ifThere(readFile(join(folder, CHECKSUM_FILE), "utf8"));
  return (text ?? "").split("\n").filter((line) => line !== "");
}

/** Lets every checkpoint be one older, and forgets those beyond `keep`; the newest keeps its name as well. */
async function age(folder: string, keep: number): Promise<void> {
  await rm(join(folder, fileOf(keep - 1)), { force: true });
  for (let i = keep - 2; i >= 1; i--) {
    await ifThere(rename(join(folder, fileOf(i)), join(folder, fileOf(i + 1))));
  }
  await ifThere(link(join(folder, fileOf(0)), join(folder, fileOf(1))));
}

/**
 * Writes a checkpoint as the newest, and as the best where `isBest`. The sums are written first, those of before
 * among them, so that at no moment a whole file is without its sum. Gives the path.
 */
export async function addCheckpoint(
  folder: string,
  { model, state }: ReadCheckpoint,
  { keep = USUAL_KEEP, isBest = false }: { keep?: number; isBest?: boolean } = {},
): Promise<string> {
  const bytes = encodeTrainingState(model, state);
  const path = join(folder, CHECKPOINT_FILE);
  const before = await readSums(folder);
  const best = isBest ? [] : before.filter((line) => line.endsWith(`  ${BEST_FILE}`)).slice(0, 1);
  const others = before.filter((line) => !line.endsWith(`  ${BEST_FILE}`)).slice(0, keep);
  const own = [CHECKPOINT_FILE, ...(isBest ? [BEST_FILE] : [])].map((name) => `${sumOf(bytes)}  ${name}`);
  await atomicWrite(join(folder, CHECKSUM_FILE), `${[...own, ...others, ...best].join("\n")}\n`);
  if (keep > 1) await age(folder, keep);
  await atomicWrite(path, bytes);
  if (isBest) await atomicWrite(join(folder, BEST_FILE), bytes);
  return path;
}

function decodeChecked(bytes: Uint8Array, file: string, sums: readonly string[]): ReadCheckpoint {
  const sum = sumOf(bytes);
  if (sums.length > 0 && !sums.some((line) => line.startsWith(sum))) {
    throw new CheckpointError(
      `${file}: is damaged, its SHA-256 sum is not in ${CHECKSUM_FILE}. Use another.`,
      {
        file,
        sum,
      },
    );
  }
  return decodeTrainingState(bytes, file);
}

/**
 * The newest whole checkpoint of a run folder, undefined where there is none at all. A damaged one is told to
 * `onWarning`, put aside as `<name>.damaged`, and the one before is read; throws the first `CheckpointError` where all are.
 */
export async function readNewest(
  folder: string,
  onWarning: (message: string) => void = () => {},
): Promise<ReadCheckpoint | undefined> {
  const sums = await readSums(folder);
  const damaged: { path: string; error: CheckpointError }[] = [];
  for (let i = 0; i < MOST_KEPT; i++) {
    const path = join(folder, fileOf(i));
    const bytes = await ifThere(readFile(path));
    if (bytes === undefined) {
      if (i > damaged.length) break;
      continue;
    }
    try {
      const found = decodeChecked(bytes, path, sums);
      // Put aside only now: with no whole one left, nothing is to be touched.
      for (const bad of damaged) await rename(bad.path, `${bad.path}.damaged`);
      return found;
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
      damaged.push({ path, error });
      onWarning(`${error.message} Going on from the checkpoint before it, if there is one.`);
    }
  }
  if (damaged[0] !== undefined) throw damaged[0].error;
  return undefined;
}
