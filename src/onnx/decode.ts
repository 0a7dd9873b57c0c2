// Reads an ONNX model from protocol buffer bytes. Trusts nothing: every length is checked against what encloses it, every
// tensor against its shape, before memory is taken. Runs no code of the file. Knows nothing of nets.
// Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
import { PbfReader } from "pbf";
import { FormatError } from "../base/errors.ts";
import { float16ToFloat32 } from "../formats/half-floats.ts";
import { Message } from "./message.ts";
import {
  ELEMENTS,
  type ElementType,
  type OnnxAttribute,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
} from "./model.ts";

/** What a protocol buffer may have. */
export const MOST_BYTES = 2 ** 31 - 1;
const MOST_RANK = 16;
/** The model in a file's bytes. Throws `FormatError` naming the place where they do not follow the format. */
export function decodeOnnx(bytes: Uint8Array, file = "model.onnx"): OnnxModel {
  if (bytes.length > MOST_BYTES) {
    throw new FormatError(
      `${file}: has ${bytes.length} bytes, the format allows ${MOST_BYTES}. Use a smaller model.`,
      {
        file,
      },
    );
  }
  const message = new Message(new PbfReader(bytes), bytes.length, file);
  const metadata: Record<string, string> = {};
  let [opset, producer] = [0, ""];
  let graph: Graph | undefined;
  message.each({
    2: () => {
      producer = message.text();
    },
    7: () => {
      graph = message.message((inner) => readGraph(inner));
    },
    8: () => {
      opset = Math.max(opset, message.message(readOpset));
    },
    14: () => Object.assign(metadata, message.message(readText)),
  });
  if (graph === undefined || opset === 0) throw message.fail("has no graph or no version of the operators");
  return { opset, producer, metadata, ...graph };
}

/** The version of ONNX's own operators; 0 for those of other domains. */
function readOpset(message: Message): number {
  let [domain, version] = ["", 0];
  message.each({
    1: () => {
      domain = message.text();
    },
    2: () => {
      version = message.int();
    },
  });
  return domain === "" || domain === "ai.onnx" ? version : 0;
}

function readText(message: Message): Record<string, string> {
  let [key, value] = ["", ""];
  message.each({
    1: () => {
      key = message.text();
    },
    2: () => {
      value = message.text();
    },
  });
  return Object.fromEntries([[key, value]]);
}

type Graph = Pick<OnnxModel, "nodes" | "constants" | "inputs" | "outputs">;

function readGraph(message: Message): Graph {
  const graph = {
    nodes: [] as OnnxNode[],
    constants: [] as OnnxTensor[],
    inputs: [] as OnnxValue[],
    outputs: [] as OnnxValue[],
  };
  message.each({
    1: () => void graph.nodes.push(message.message(readNode)),
    5: () => void graph.constants.push(message.message(readTensor)),
    11: () => void graph.inputs.push(message.message(readValue)),
    12: () => void graph.outputs.push(message.message(readValue)),
    15: () => {
      throw message.fail("holds sparse tensors, which are not read");
    },
  });
  return graph;
}

function readNode(message: Message): OnnxNode {
  const [inputs, outputs]: string[][] = [[], []];
  const attributes: [string, OnnxAttribute][] = [];
  let [name, type, domain] = ["", "", ""];
  message.each({
    1: () => void inputs!.push(message.text()),
    2: () => void outputs!.push(message.text()),
    3: () => {
      name = message.text();
    },
    4: () => {
      type = message.text();
    },
    5: () => void attributes.push(message.message(readAttribute)),
    7: () => {
      domain = message.text();
    },
  });
  return {
    name,
    type,
    domain,
    inputs: inputs!,
    outputs: outputs!,
    attributes: Object.fromEntries(attributes),
  };
}

function readAttribute(message: Message): [string, OnnxAttribute] {
  let name = "";
  let kind = 0;
  const [floats, ints]: number[][] = [[], []];
  let [float, int, text] = [0, 0, ""];
  let tensor: OnnxTensor | undefined;
  message.each({
    1: () => {
      name = message.text();
    },
    2: () => {
      float = message.float();
    },
    3: () => {
      int = message.int();
    },
    4: () => {
      text = message.text();
    },
    5: () => {
      tensor = message.message(readTensor);
    },
    7: () => message.numbers(floats!, 4),
    8: () => message.ints(ints!),
    20: () => {
      kind = message.int();
    },
  });
  const values: Readonly<Record<number, OnnxAttribute>> = {
    ...{ 1: { float }, 2: { int }, 3: { text }, 6: { floats: floats! }, 7: { ints: ints! } },
    ...(tensor !== undefined && { 4: { tensor } }),
  };
  return [name, values[kind] ?? { unread: kind }];
}

const NAMES = new Map(
  Object.entries(ELEMENTS).map(([name, number]) => [number as number, name as ElementType]),
);
const WIDTHS: Readonly<Record<ElementType, number>> = {
  ...{
    float32: 4,
    uint8: 1,
    int8: 1,
    uint16: 2,
    int16: 2,
    int32: 4,
    int64: 8,
    bool: 1,
    float16: 2,
    float64: 8,
  },
};

function readTensor(message: Message): OnnxTensor {
  const [shape, ints, floats]: number[][] = [[], [], []];
  let [name, number, isOutside] = ["", 0, false];
  let raw: Uint8Array | undefined;
  message.each({
    1: () => message.ints(shape!),
    2: () => {
      number = message.int();
    },
    4: () => message.numbers(floats!, 4),
    5: () => message.ints(ints!),
    7: () => message.ints(ints!),
    8: () => {
      name = message.text();
    },
    9: () => {
      raw = message.bytes();
    },
    10: () => message.numbers(floats!, 8),
    13: () => {
      message.bytes();
      isOutside = true;
    },
  });
  if (isOutside)
    throw message.fail(`the tensor ${JSON.stringify(name)} lies in another file, which is not read`);
  const type = NAMES.get(number);
  if (type === undefined)
    throw message.fail(
      `the tensor ${JSON.stringify(name)} has the element type ${number}, which is not read`,
    );
  const size = sizeOf(message, name, shape!);
  const values = raw === undefined ? [...floats!, ...ints!] : undefined;
  const found = values?.length ?? raw!.length / WIDTHS[type];
  if (found !== size) {
    throw message.fail(
      `the tensor ${JSON.stringify(name)} of shape [${shape!.join(", ")}] has ${found} elements, not ${size}`,
    );
  }
  const data = values === undefined ? fromRaw(raw!, type, size) : fromList(values, type);
  return { name, type, shape: shape!, data };
}

function sizeOf(message: Message, name: string, shape: readonly number[]): number {
  const size = shape.reduce((product, length) => product * length, 1);
  const isShape = shape.length <= MOST_RANK && shape.every((length) => length >= 0);
  if (isShape && size <= MOST_BYTES) return size;
  throw message.fail(
    `the tensor ${JSON.stringify(name)} has the shape [${shape.slice(0, MOST_RANK).join(", ")}]`,
  );
}

function arrayFor(type: ElementType, size: number): OnnxTensor["data"] {
  if (type === "float32" || type === "float16") return new Float32Array(size);
  // Whole numbers of 64 bits are held as doubles, which hold every size and index there can be.
  if (type === "float64" || type === "int64") return new Float64Array(size);
  return type === "uint8" || type === "bool" ? new Uint8Array(size) : new Int32Array(size);
}

function fromList(values: readonly number[], type: ElementType): OnnxTensor["data"] {
  const data = arrayFor(type, values.length);
  // Half floats in a list stand as the bits of whole numbers.
  data.set(type === "float16" ? float16ToFloat32(Uint16Array.from(values)) : values);
  return data;
}

function fromRaw(raw: Uint8Array, type: ElementType, size: number): OnnxTensor["data"] {
  if (type === "float16") return float16ToFloat32(new Uint16Array(raw.slice().buffer));
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const read: Readonly<Record<Exclude<ElementType, "float16">, (i: number) => number>> = {
    float32: (i) => view.getFloat32(4 * i, true),
    float64: (i) => view.getFloat64(8 * i, true),
    int8: (i) => view.getInt8(i),
    int16: (i) => view.getInt16(2 * i, true),
    int32: (i) => view.getInt32(4 * i, true),
    int64: (i) => Number(view.getBigInt64(8 * i, true)),
    uint8: (i) => raw[i]!,
    uint16: (i) => view.getUint16(2 * i, true),
    bool: (i) => raw[i]!,
  };
  const data = arrayFor(type, size);
  for (let i = 0; i < size; i++) data[i] = read[type](i);
  return data;
}

const VALUE_PATH = { type: 2, tensor: 1, element: 1, shape: 2, dimension: 1 } as const;

function readValue(message: Message): OnnxValue {
  let name = "";
  let number = 0;
  const shape: (number | string)[] = [];
  const readDimension = (inner: Message) =>
    inner.each({ 1: () => void shape.push(inner.int()), 2: () => void shape.push(inner.text()) });
  const readShape = (inner: Message) =>
    inner.each({
      [VALUE_PATH.dimension]: () => {
        const before = shape.length;
        inner.message(readDimension);
        // A size of which nothing is said.
        if (shape.length === before) shape.push("?");
      },
    });
  const readTensorType = (inner: Message) =>
    inner.each({
      [VALUE_PATH.element]: () => {
        number = inner.int();
      },
      [VALUE_PATH.shape]: () => inner.message(readShape),
    });
  message.each({
    1: () => {
      name = message.text();
    },
    [VALUE_PATH.type]: () =>
      message.message((type) => type.each({ [VALUE_PATH.tensor]: () => type.message(readTensorType) })),
  });
  const type = NAMES.get(number);
  if (type === undefined)
    throw message.fail(`the value ${JSON.stringify(name)} is no tensor of a known element type`);
  return { name, type, shape };
}
