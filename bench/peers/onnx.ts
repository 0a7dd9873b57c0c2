// onnxruntime as a peer for forward passes, if the folder NABLA_PEERS has it. The model is written here, with random
// weights: only its speed is asked for.

import type { LayerSpec, NetSpec } from "../nets.ts";
import { loadPeer } from "./load.ts";

const FLOAT = 1;
const OPSET = 13;

/** A field of a protocol buffer: a number, text, raw bytes, or a message in it. */
type Field = readonly [number, number | string | Uint8Array];

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
}

function message(...fields: readonly Field[]): Uint8Array {
  const parts = fields.map(([tag, value]) => {
    if (typeof value === "number") return Uint8Array.from([...varint(tag * 8), ...varint(value)]);
    const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
    return Buffer.concat([Uint8Array.from([...varint(tag * 8 + 2), ...varint(bytes.length)]), bytes]);
  });
  return Buffer.concat(parts);
}

const repeated = (tag: number, values: readonly (number | string)[]): Field[] =>
  values.map((value) => [tag, value] as const);

const INT = 2;
const INTS = 7;
const integer = (name: string, value: number): Uint8Array => message([1, name], [3, value], [20, INT]);
const integers = (name: string, values: readonly number[]): Uint8Array =>
  message([1, name], ...repeated(8, values), [20, INTS]);

function valueInfo(name: string, shape: readonly number[]): Uint8Array {
  const dims = shape.map((size): Field => [1, message([1, size])]);
  return message([1, name], [2, message([1, message([1, FLOAT], [2, message(...dims)])])]);
}

/** The graph as it grows: its nodes and weights, and the shape of the last result without the batch axis. */
interface Draft {
  readonly nodes: Uint8Array[];
  readonly weights: Uint8Array[];
  shape: readonly number[];
}

function weight(draft: Draft, shape: readonly number[]): string {
  const name = `w${draft.weights.length}`;
  const data = Float32Array.from(
    { length: shape.reduce((a, b) => a * b, 1) },
    () => (Math.random() - 0.5) / 16,
  );
  draft.weights.push(message(...repeated(1, shape), [2, FLOAT], [8, name], [9, new Uint8Array(data.buffer)]));
  return name;
}

function addLayer(draft: Draft, [name, a = 0, b = 0]: LayerSpec): void {
  const { nodes, shape } = draft;
  const add = (type: string, inputs: readonly string[], ...attributes: readonly Uint8Array[]) => {
    const fields = attributes.map((attribute): Field => [5, attribute]);
    nodes.push(
      message(
        ...repeated(1, [`y${nodes.length}`, ...inputs]),
        [2, `y${nodes.length + 1}`],
        [4, type],
        ...fields,
      ),
    );
  };
  const [channels = 0, height = 0, width = 0] = shape;
  if (name === "relu") add("Relu", []);
  else if (name === "flatten") {
    draft.shape = [shape.reduce((x, y) => x * y, 1)];
    add("Flatten", []);
  } else if (name === "linear") {
    add("Gemm", [weight(draft, [a, channels]), weight(draft, [a])], integer("transB", 1));
    draft.shape = [a];
  } else if (name === "conv") {
    const pad = (b - 1) / 2;
    const attributes = [integers("kernel_shape", [b, b]), integers("pads", [pad, pad, pad, pad])];
    add("Conv", [weight(draft, [a, channels, b, b]), weight(draft, [a])], ...attributes);
    draft.shape = [a, height, width];
  } else if (name === "pool") {
    add("MaxPool", [], integers("kernel_shape", [a, a]), integers("strides", [a, a]));
    draft.shape = [channels, height / a, width / a];
  } else throw new Error(`onnx: no node is written for the layer "${name}".`);
}

/** The net's forward pass as an ONNX model for one batch size, from input y0 to its last result. */
function modelOf({ input, layers }: NetSpec, batch: number): Uint8Array {
  const draft: Draft = { nodes: [], weights: [], shape: input };
  for (const layer of layers) addLayer(draft, layer);
  const graph = message(
    ...draft.nodes.map((node): Field => [1, node]),
    [2, "net"],
    ...draft.weights.map((tensor): Field => [5, tensor]),
    [11, valueInfo("y0", [batch, ...input])],
    [12, valueInfo(`y${draft.nodes.length}`, [batch, ...draft.shape])],
  );
  return message([1, 8], [7, graph], [8, message([2, OPSET])]);
}

interface Session {
  run(feeds: Record<string, unknown>): Promise<unknown>;
}
interface OnnxRuntime {
  InferenceSession: { create(model: Uint8Array, options: object): Promise<Session> };
  Tensor: new (type: string, data: Float32Array, shape: readonly number[]) => unknown;
}

/** A call of the net's forward pass in onnxruntime; undefined, with a line saying so, where there is none. */
export async function prepareOnnx(
  spec: NetSpec,
  batch: number,
  threads: number,
): Promise<((i: number) => Promise<unknown>) | undefined> {
  const ort = loadPeer<OnnxRuntime>("onnxruntime-node");
  if (ort === undefined) return undefined;
  const session = await ort.InferenceSession.create(modelOf(spec, batch), {
    intraOpNumThreads: threads,
    graphOptimizationLevel: "all",
  });
  const shape = [batch, ...spec.input];
  const length = shape.reduce((a, b) => a * b, 1);
  const x = new ort.Tensor(
    "float32",
    Float32Array.from({ length }, () => Math.random()),
    shape,
  );
  return () => session.run({ y0: x });
}
