// Models and training states as safetensors bytes, and back. Trusts nothing it reads; knows nothing of file systems.
import { CheckpointError, NablaError } from "../base/errors.ts";
import { sizeOf } from "../base/shape.ts";
import { decodeSafetensors, type SafeTensor, type SafeTensors } from "../formats/safetensors.ts";
import { initialize } from "../nn/initialize.ts";
import type { Layer } from "../nn/layer.ts";
import { loadState, type StateDict, type StateEntry, stateDict } from "../nn/state.ts";
import { encodeWithChecksum, wrongChecksum } from "./content-checksum.ts";
import { type Model, type ModelDescription, netOfZoo } from "./model.ts";
import type { Progress, TrainingState } from "./training-state.ts";

const FORMAT = "nabla";
const VERSION = "1";
const OPTIMIZER = "optimizer.";
const BEST = "best.";
const GENERATOR = "generator.state";

/** A tensor as it is stored: doubles where the device computes in doubles, so that nothing is lost. */
function packEntry({ shape, data }: StateEntry): SafeTensor {
  if (data instanceof Float32Array) return { dtype: "F32", shape, data };
  if (data instanceof Float64Array) return { dtype: "F64", shape, data };
  return data instanceof Int32Array ? { dtype: "I32", shape, data } : { dtype: "U8", shape, data };
}

const pack = (state: StateDict, prefix = ""): Record<string, SafeTensor> =>
  Object.fromEntries(Object.entries(state).map(([name, entry]) => [prefix + name, packEntry(entry)]));

const describeModel = ({ zoo, shape, classes, normalization }: ModelDescription): string =>
  JSON.stringify({ zoo, shape, classes, normalization });

/** A model for inference: parameters under their names, and in the metadata what the net is and how it reads images. */
export async function encodeModel(model: Model): Promise<Uint8Array> {
  const metadata = { format: FORMAT, version: VERSION, model: describeModel(model) };
  return encodeWithChecksum(pack(await stateDict(model.net)), metadata);
}

/** A training state with the model it belongs to. */
export function encodeTrainingState(model: ModelDescription, state: TrainingState): Uint8Array {
  const { parameters, optimizerState, generator, best, ...progress } = state;
  const { parameters: bestParameters = {}, ...bestScore } = best ?? {};
  const metadata = {
    ...{ format: FORMAT, version: VERSION, model: describeModel(model) },
    training: JSON.stringify(progress),
    ...(best && { best: JSON.stringify(bestScore) }),
  };
  const words: SafeTensor = { dtype: "I32", shape: [generator.length], data: Int32Array.from(generator) };
  return encodeWithChecksum(
    {
      ...pack(parameters),
      ...pack(optimizerState, OPTIMIZER),
      ...pack(bestParameters, BEST),
      [GENERATOR]: words,
    },
    metadata,
  );
}

/** What does not hold in a file, as an error with the cure. */
const fault = (file: string, what: string, cause?: unknown): CheckpointError =>
  new CheckpointError(`${file}: ${what}. Choose a file that nabla saved, or train again.`, { file }, cause);

function open(bytes: Uint8Array, file: string): SafeTensors {
  let content: SafeTensors;
  try {
    content = decodeSafetensors(bytes, file);
  } catch (error) {
    // The parser's message names the file, the fault and the cure already.
    throw error instanceof NablaError ? new CheckpointError(error.message, { file }, error) : error;
  }
  if (content.metadata["format"] === FORMAT && content.metadata["version"] === VERSION) {
    const wrong = wrongChecksum(content);
    if (wrong === undefined) return content;
    throw fault(file, `is damaged: its checksum is ${wrong.stated}, its content gives ${wrong.found}`);
  }
  const { format, version } = content.metadata;
  const found =
    format === FORMAT ? `of version ${version}, this release reads ${VERSION}` : "no model of nabla's";
  throw fault(file, `is ${found}`);
}

/** Rules on the fields of a JSON object: which hold what. */
type Rules = Readonly<Record<string, (value: unknown) => boolean>>;

const isText = (value: unknown): boolean => typeof value === "string";
const isNumber = (value: unknown): boolean => typeof value === "number";
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isListOf = (is: (value: unknown) => boolean, length?: number) => (value: unknown) =>
  Array.isArray(value) && value.every(is) && (length ?? value.length) === value.length;
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isLike = (rules: Rules) => (value: unknown) =>
  isObject(value) && Object.entries(rules).every(([key, holds]) => holds(value[key]));

const MODEL_RULES: Rules = {
  zoo: (value) => value === undefined || isText(value),
  shape: (value) => isListOf(isCount, 3)(value) && sizeOf(value as number[]) > 0,
  classes: isListOf(isText),
  normalization: isLike({ mean: isListOf(isNumber), deviation: isListOf(isNumber) }),
};
const PROGRESS_RULES: Rules = {
  ...{ seed: isCount, batchSize: isCount, stepsPerEpoch: isCount, epochs: isCount, optimizer: isText },
  ...{ epoch: isCount, position: isCount, sums: isLike({ loss: isNumber, hits: isNumber }) },
  plateau: (value) =>
    value === undefined || isLike({ scale: isNumber, bad: isCount, cooling: isCount })(value),
};
const BEST_RULES: Rules = { epoch: isCount, loss: isNumber, accuracy: isNumber };

/** The JSON object in a field of the metadata, its fields checked. */
function readJson(
  text: string | undefined,
  rules: Rules,
  file: string,
  field: string,
): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text ?? "");
  } catch (error) {
    throw fault(file, `has no readable "${field}" in its metadata`, error);
  }
  if (!isObject(value)) throw fault(file, `has no table under "${field}" in its metadata`);
  const odd = Object.keys(rules).find((key) => !rules[key]!(value[key]));
  if (odd === undefined) return value;
  throw fault(file, `has ${odd} ${JSON.stringify(value[odd])} under "${field}" in its metadata`);
}

function readDescription({ metadata }: SafeTensors, file: string): ModelDescription {
  const description = readJson(metadata["model"], MODEL_RULES, file, "model") as unknown as ModelDescription;
  const { normalization, shape } = description;
  const channels = [normalization.mean.length, normalization.deviation.length];
  if (channels.every((count) => count === shape[0])) return description;
  throw fault(file, `normalises ${channels[0]} channels of images that have ${shape[0]}`);
}

/** The tensors whose names begin with `prefix`, without it. */
function unpack(tensors: ReadonlyMap<string, SafeTensor>, prefix: string, file: string): StateDict {
  const chosen = [...tensors].filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(
    chosen.map(([name, { shape, data }]) => {
      if (!(data instanceof BigInt64Array)) return [name.slice(prefix.length), { shape, data }];
      throw fault(file, `holds 64-bit integers under ${JSON.stringify(name)}`);
    }),
  );
}

/** Parameters alone: what is neither the optimiser's, the best epoch's nor the generator's. */
function unpackParameters({ tensors }: SafeTensors, file: string): StateDict {
  const isOther = (name: string) => name.startsWith(OPTIMIZER) || name.startsWith(BEST) || name === GENERATOR;
  return unpack(new Map([...tensors].filter(([name]) => !isOther(name))), "", file);
}

/**
 * The model in a file's bytes, of `encodeModel` or `encodeTrainingState`. A net that is not of the zoo must be given,
 * with or without parameters. Throws `CheckpointError` for bytes that are damaged, foreign or of another net.
 */
export async function decodeModel(bytes: Uint8Array, file = "model", given?: Layer): Promise<Model> {
  const content = open(bytes, file);
  const description = readDescription(content, file);
  const { zoo, shape } = description;
  if (given === undefined && zoo === undefined) {
    throw fault(file, "holds the parameters of a net that is not in the zoo; give the net too");
  }
  const net = initialize(given ?? netOfZoo(zoo!, description), shape);
  await loadState(net, unpackParameters(content, file));
  return { ...description, net };
}

/** The training state in a file's bytes, and what model it trains. Throws `CheckpointError` as `decodeModel` does. */
export function decodeTrainingState(
  bytes: Uint8Array,
  file = "checkpoint",
): { state: TrainingState; model: ModelDescription } {
  const content = open(bytes, file);
  const { metadata, tensors } = content;
  const model = readDescription(content, file);
  if (metadata["training"] === undefined) throw fault(file, "holds a model only, no state of training");
  const progress = readJson(metadata["training"], PROGRESS_RULES, file, "training") as unknown as Progress;
  const words = tensors.get(GENERATOR);
  if (words?.dtype !== "I32" || words.data.length !== 3) throw fault(file, `has no ${GENERATOR} of 3 words`);
  const state: TrainingState = {
    ...progress,
    parameters: unpackParameters(content, file),
    optimizerState: unpack(tensors, OPTIMIZER, file),
    generator: [...words.data],
  };
  if (metadata["best"] === undefined) return { state, model };
  const score = readJson(metadata["best"], BEST_RULES, file, "best") as {
    epoch: number;
    loss: number;
    accuracy: number;
  };
  return { state: { ...state, best: { ...score, parameters: unpack(tensors, BEST, file) } }, model };
}
