// Loads a model from whatever holds one: a run folder, a model file, an ONNX file. Knows nothing of configurations.
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { CheckpointError } from "../base/errors.ts";
import { loadModel, MODEL_FILE } from "../train/index.node.ts";
import type { Model } from "../train/index.ts";

/** Name of the file in a run folder with a model that was not trained here. */
export const ONNX_FILE = "model.onnx";

const sizeOf = (path: string): Promise<number | undefined> =>
  stat(path).then(
    (found) => (found.isFile() ? found.size : undefined),
    () => undefined,
  );

/** The model in an ONNX file; throws `CheckpointError` where there is no such file, `FormatError` where it is none. */
export async function loadOnnx(path: string, classes?: readonly string[]): Promise<Model> {
  // Loaded here, since most commands need none of it.
  const { importOnnx, MOST_BYTES } = await import("../onnx/index.ts");
  const size = await sizeOf(path);
  if (size === undefined || size > MOST_BYTES) {
    const why = size === undefined ? "is no file" : `has ${size} bytes, more than the format allows`;
    throw new CheckpointError(`${path}: ${why}. Give the path of an ONNX model.`, { path });
  }
  return importOnnx(await readFile(path), { file: path, ...(classes !== undefined && { classes }) });
}

/** The model of a run folder, trained or imported, of a model file, or of an ONNX file. */
export async function loadSaved(path: string): Promise<Model> {
  if (path.endsWith(".onnx")) return loadOnnx(path);
  const [trained, imported] = [join(path, MODEL_FILE), join(path, ONNX_FILE)];
  const isImported = (await sizeOf(trained)) === undefined && (await sizeOf(imported)) !== undefined;
  return isImported ? loadOnnx(imported) : loadModel(path);
}
