// Models and training states in files, written so that a file is whole or as it was before.
// Knows nothing of run folders.
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { CheckpointError } from "../base/errors.ts";
import { atomicWrite } from "../data/atomic-write.node.ts";
import type { Layer } from "../nn/layer.ts";
import type { Model, ModelDescription } from "./model.ts";
import { decodeModel, decodeTrainingState, encodeModel, encodeTrainingState } from "./model-file.ts";
import type { TrainingState } from "./training-state.ts";

/** Name of the file in a run folder from which training goes on. */
export const CHECKPOINT_FILE = "checkpoint.safetensors";
/** Name of the file in a run folder that holds the trained model alone. */
export const MODEL_FILE = "model.safetensors";

async function read(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "does not exist" : `cannot be read (${code})`;
    throw new CheckpointError(
      `${path}: ${why}. Give the path of a run folder or of a file in it.`,
      { path },
      error,
    );
  }
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** Writes a model for inference to a file. */
export async function saveModel(path: string, model: Model): Promise<void> {
  await atomicWrite(path, await encodeModel(model));
}

/**
 * Reads a model from a file, or from a run folder: its model file, or else its checkpoint. A net that is not of the
 * zoo must be given. Throws `CheckpointError`.
 */
export async function loadModel(path: string, net?: Layer): Promise<Model> {
  let file = path;
  if (await isFolder(path)) {
    file = join(path, MODEL_FILE);
    if (!(await exists(file))) file = join(path, CHECKPOINT_FILE);
  }
  return decodeModel(await read(file), file, net);
}

/** Writes a training state, and the description of its model, to a file. */
export async function saveCheckpoint(
  path: string,
  model: ModelDescription,
  state: TrainingState,
): Promise<void> {
  await atomicWrite(path, encodeTrainingState(model, state));
}

/** Reads a training state from a file, or from a run folder's checkpoint. Throws `CheckpointError`. */
export async function loadCheckpoint(
  path: string,
): Promise<{ state: TrainingState; model: ModelDescription }> {
  const file = (await isFolder(path)) ? join(path, CHECKPOINT_FILE) : path;
  return decodeTrainingState(await read(file), file);
}
