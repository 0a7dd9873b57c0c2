// Opens what `nabla train` saved, for the commands that use it: a run folder, a model file, or an ONNX file.
// Knows nothing of what the model is used for.
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { readConfig } from "../train/index.node.ts";
import type { Model } from "../train/index.ts";
import {
  checkConfig,
  checkFlags,
  type PartialTrainConfig,
  resolveConfig,
  type TrainConfig,
} from "./config.ts";
import { loadSaved } from "./load-saved.ts";
import { withDevice } from "./open-device.ts";

/** A saved model on a device, and the configuration it was trained with, flags winning over it. */
export interface SavedRun {
  readonly model: Model;
  readonly config: TrainConfig;
}

/** Does `action` with the model of a run folder, a model file or an ONNX file; throws `CheckpointError` where it is none. */
export async function withSavedRun<T>(
  path: string,
  flags: Readonly<Record<string, unknown>>,
  action: (run: SavedRun) => Promise<T>,
): Promise<T> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const given = checkFlags(flags);
  const { dataDir, validationData, testData, ...saved } = isFolder
    ? checkConfig(await readConfig(path), join(path, "config.json"))
    : ({} as PartialTrainConfig);
  // Where the data of the run was is no place to look for other data.
  const isSameData = given.data === undefined || given.data === saved.data;
  const where = {
    ...(dataDir && { dataDir }),
    ...(validationData && { validationData }),
    ...(testData && { testData }),
  };
  const config = resolveConfig(given, isSameData ? { ...saved, ...where } : saved);
  return withDevice(config, async () => action({ model: await loadSaved(path), config }));
}
