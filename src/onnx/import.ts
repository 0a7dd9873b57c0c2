// An ONNX image classifier as a model: its graph is read and checked, its constants become parameters and buffers, and a
// forward pass computes node by node. Runs no code of the file. Knows nothing of files.
import { FormatError } from "../base/errors.ts";
import { nearestName } from "../base/nearest-name.ts";
import type { ChannelStatistics } from "../data/statistics.ts";
import { apply, type LayerObject } from "../nn/index.ts";
import { tensor, zeros } from "../tensor/create.ts";
import { Tensor } from "../tensor/tensor.ts";
import { identityStatistics, type Model } from "../train/model.ts";
import { decodeOnnx } from "./decode.ts";
import { KNOWN_OPERATORS } from "./known.ts";
import type { OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from "./model.ts";
import { isKnown, known, Operands, type Value } from "./operands.ts";
import { OPERATORS } from "./operators.ts";

/** What a file does not say of a model. */
export interface OnnxImportOptions {
  /** Names of the classes; those in the file, or else 0, 1, 2, … */
  readonly classes?: readonly string[];
  /** Mean and deviation of channels that the net wants taken off, where its graph does not do so itself. */
  readonly normalization?: ChannelStatistics;
  /** The name that errors give the file. */
  readonly file?: string;
}

// What of a node is learned; all other constants are part of the computation.
const LEARNED: Readonly<Record<string, readonly number[]>> = {
  ...{ Conv: [1, 2], ConvTranspose: [1, 2], Gemm: [1, 2], MatMul: [0, 1], PRelu: [1] },
  ...{ BatchNormalization: [1, 2], LayerNormalization: [1, 2], InstanceNormalization: [1, 2] },
};
const OLDEST_OPSET = 7;
// A net with more outputs is no classifier.
const MOST_CLASSES = 100_000;

const fault = (file: string, what: string, cure: string, fields: Record<string, unknown> = {}): FormatError =>
  new FormatError(`${file}: ${what}. ${cure}`, { file, ...fields });

function checkOperators({ nodes, opset }: OnnxModel, file: string): void {
  if (opset < OLDEST_OPSET) {
    const what = `is written in version ${opset} of the operators, in which they broadcast otherwise`;
    throw fault(file, what, `Export it in version ${OLDEST_OPSET} or newer.`, { opset });
  }
  for (const { type, domain } of nodes) {
    const isOwn = domain === "" || domain === "ai.onnx";
    if (isOwn && (Object.hasOwn(OPERATORS, type) || Object.hasOwn(KNOWN_OPERATORS, type))) continue;
    const nearest = isOwn ? nearestName(type, Object.keys(OPERATORS)) : undefined;
    const hint = nearest === undefined ? "" : ` The nearest that is read is ${nearest}.`;
    const what = `uses the operator ${isOwn ? "" : `${domain}.`}${type}, which is not read`;
    throw fault(file, what, `Export the model without it.${hint}`, { type, domain });
  }
}

/** Throws where a value is used before anything gives it, or given twice. */
function checkOrder({ nodes, constants, inputs, outputs }: OnnxModel, file: string): void {
  const given = new Set([...inputs, ...constants].map(({ name }) => name));
  const cure = "The file is damaged; export it again.";
  for (const { type, inputs: needed, outputs: gives } of nodes) {
    const missing = needed.find((name) => name !== "" && !given.has(name));
    if (missing !== undefined)
      throw fault(file, `${type} uses ${JSON.stringify(missing)}, which nothing before it gives`, cure);
    for (const name of gives) {
      if (given.has(name)) throw fault(file, `${JSON.stringify(name)} is given twice`, cure);
      if (name !== "") given.add(name);
    }
  }
  const lost = outputs.find(({ name }) => !given.has(name));
  if (lost !== undefined) throw fault(file, `nothing gives the output ${JSON.stringify(lost.name)}`, cure);
}

/** The graph's one input of images [N, C, H, W] and its one output. */
function endsOf(
  { inputs, outputs, constants }: OnnxModel,
  file: string,
): { images: OnnxValue; output: OnnxValue } {
  const given = new Set(constants.map(({ name }) => name));
  // Before version 4 of the format, constants were listed among the inputs.
  const free = inputs.filter(({ name }) => !given.has(name));
  const cure = "Export a classifier of images [N, C, H, W].";
  const [images, output] = [free[0], outputs[0]];
  if (free.length !== 1 || images === undefined || output === undefined) {
    throw fault(file, `has ${free.length} inputs and ${outputs.length} outputs, not one of each`, cure);
  }
  const sizes = images.shape.slice(1);
  const isImages = images.shape.length === 4 && sizes.every((size) => typeof size === "number" && size > 0);
  if (isImages && (images.type === "float32" || images.type === "uint8")) return { images, output };
  throw fault(file, `takes ${images.type} [${images.shape.join(", ")}], not images of one size`, cure);
}

/** Constants as the values that nodes meet: tensors where they are fractions, numbers known beforehand where not. */
function valuesOf({ nodes, constants }: OnnxModel): {
  values: Map<string, Value>;
  parameters: Record<string, Tensor>;
  buffers: Record<string, Tensor>;
} {
  const learned = new Set(
    nodes.flatMap(({ type, inputs }) => (LEARNED[type] ?? []).map((place) => inputs[place])),
  );
  const values = new Map<string, Value>();
  const [parameters, buffers]: [string, Tensor][][] = [[], []];
  for (const constant of constants) {
    const { name, shape, data } = constant;
    const isFraction = data instanceof Float32Array || constant.type === "float64";
    // A number alone is a bound, a factor or an exponent.
    const value =
      isFraction && (shape.length > 0 || learned.has(name)) ? makeTensor(constant) : known([...data], shape);
    values.set(name, value);
    if (isKnown(value)) continue;
    (learned.has(name) ? parameters : buffers)!.push([name, value]);
  }
  return { values, parameters: Object.fromEntries(parameters!), buffers: Object.fromEntries(buffers!) };
}

const makeTensor = ({ data, shape }: OnnxTensor): Tensor => tensor(Float32Array.from(data), { shape });

function compute(node: OnnxNode, values: ReadonlyMap<string, Value>, opset: number): readonly Value[] {
  const inputs = node.inputs.map((name) => (name === "" ? undefined : values.get(name)));
  const operands = new Operands(node, inputs, opset);
  const given = inputs.filter((value) => value !== undefined);
  const onKnown = given.length > 0 && given.every(isKnown) ? KNOWN_OPERATORS[node.type] : undefined;
  if (onKnown !== undefined) return [onKnown(operands, given as never)];
  const operator = OPERATORS[node.type];
  if (operator === undefined) throw operands.fail("takes from the images what must be constant");
  const result = operator(operands);
  const results = Array.isArray(result) ? (result as readonly Value[]) : [result as Value];
  for (const value of results) operands.checkSize(value.shape);
  return results;
}

/** The graph as a layer: images to the output. Its normalisations use the statistics in the file, in training too. */
function layerOf(model: OnnxModel, images: string, output: string): LayerObject {
  const { values: constants, parameters, buffers } = valuesOf(model);
  return {
    type: "onnx",
    parameters,
    buffers,
    forward(x) {
      const values = new Map<string, Value>([...constants, [images, x]]);
      for (const node of model.nodes) {
        const results = compute(node, values, model.opset);
        for (const [i, name] of node.outputs.entries()) {
          const result = results[i];
          if (result !== undefined && name !== "") values.set(name, result);
        }
      }
      const y = values.get(output);
      if (y instanceof Tensor) return y;
      throw new FormatError(
        `importOnnx: the output ${JSON.stringify(output)} does not depend on the images.`,
      );
    },
  };
}

function classesOf(
  { metadata }: OnnxModel,
  count: number,
  given: readonly string[] | undefined,
): readonly string[] {
  if (given !== undefined) return given;
  try {
    const named = JSON.parse(metadata["classes"] ?? "") as unknown;
    if (Array.isArray(named) && named.length === count && named.every((name) => typeof name === "string"))
      return named;
  } catch {
    // Texts in a file are what others put there.
  }
  return Array.from({ length: count }, (_, i) => String(i));
}

/**
 * The model in an ONNX file's bytes, for images of bytes: an input of float32 gets them scaled to [0, 1] and normalised
 * by `normalization`, one of uint8 as they are. Its weights can be trained on. Throws `FormatError` for bytes that are
 * damaged, an operator that is not read (naming it), or a graph that is no classifier of images.
 */
export async function importOnnx(bytes: Uint8Array, options: OnnxImportOptions = {}): Promise<Model> {
  const { file = "model.onnx", normalization } = options;
  const model = decodeOnnx(bytes, file);
  checkOperators(model, file);
  checkOrder(model, file);
  const { images, output } = endsOf(model, file);
  const shape = images.shape.slice(1) as [number, number, number];
  const net = layerOf(model, images.name, output.name);
  // Builds the graph once, so that what does not fit is told now; nothing is computed.
  const { shape: result } = apply(net, zeros([1, ...shape]));
  const count = result.length === 2 ? result[1]! : 0;
  if (count < 1 || count > MOST_CLASSES || result[0] !== 1) {
    throw fault(
      file,
      `gives [${result.join(", ")}] for one image, not a number for each class`,
      "Export a classifier.",
    );
  }
  const classes = classesOf(model, count, options.classes);
  if (classes.length !== count) {
    throw fault(
      file,
      `tells ${count} classes apart, ${classes.length} names were given`,
      "Give a name for each.",
    );
  }
  const asBytes = {
    mean: new Array<number>(shape[0]).fill(0),
    deviation: new Array<number>(shape[0]).fill(1 / 255),
  };
  const usual = images.type === "uint8" ? asBytes : identityStatistics(shape[0]);
  return { net, shape, classes, normalization: normalization ?? usual };
}
