// A model as an ONNX file: its evaluation is traced, what does not depend on the images is computed, and the rest becomes
// nodes. Covers whatever the layers do, since it reads their primitives. Knows nothing of files.
import { ConfigError } from "../base/errors.ts";
import type { Shape } from "../base/shape.ts";
import { type Node, Slot, topologicalOrder } from "../ir/node.ts";
import { buffersOf, parametersOf } from "../nn/index.ts";
import { constantValue, readSlot, slotOf } from "../ops/leaf.ts";
import { Tensor } from "../tensor/tensor.ts";
import { checkModel, logitsOf, type Model } from "../train/model.ts";
import { Draft } from "./draft.ts";
import { type Emitted, emit, emitted, emittedConstant, IMAGES, type Sizes, type Source } from "./emit.ts";
import { encodeOnnx } from "./encode.ts";
import type { OnnxNode } from "./model.ts";

/** How a model is exported. */
export interface OnnxExportOptions {
  /** What `images` holds: bytes 0 … 255, or the same as numbers 0 … 1; "uint8" unless given. */
  readonly input?: "uint8" | "float32";
}

/** The version of ONNX's operators that is written. */
export const OPSET = 17;
// Two sizes tell which axes grow with the batch.
const BATCHES = [2, 3] as const;

interface Traced {
  readonly images: Slot;
  readonly logits: Node;
  readonly order: readonly Node[];
}

function trace(model: Model, batch: number, input: "uint8" | "float32"): Traced {
  const images = new Slot([batch, ...model.shape], input);
  const x = new Tensor(readSlot(images));
  const { node: logits } = logitsOf(model, input === "uint8" ? x : x.mul(255));
  return { images, logits, order: topologicalOrder([logits]) };
}

/** The nodes that depend on the images. */
function dependents({ images, order }: Traced): ReadonlySet<Node> {
  const found = new Set<Node>();
  for (const node of order) {
    if (slotOf(node) === images || node.inputs.some((input) => found.has(input))) found.add(node);
  }
  return found;
}

/** Sizes of every node of the first trace, those that differ in the second being the batch's. */
function compareSizes(one: Traced, other: Traced): ReadonlyMap<Node, Sizes> {
  const isAlike = (node: Node, i: number): boolean => {
    const twin = other.order[i];
    // A mean over the images divides by their number, which is not that of the images to come.
    return node.op === twin?.op && constantValue(node) === constantValue(twin);
  };
  if (one.order.length !== other.order.length || !one.order.every(isAlike)) {
    throw new ConfigError(
      "exportOnnx: what the net computes depends on how many images there are. Compute each image by itself.",
    );
  }
  return new Map(
    one.order.map((node, i) => [
      node,
      node.shape.map((size, axis) => (size === other.order[i]!.shape[axis] ? size : "N")),
    ]),
  );
}

/** A constant under the repetitions of its axes, which ONNX does by itself. */
function unrepeated(node: Node): Node {
  return node.op.name === "expand" ? unrepeated(node.inputs[0]!) : node;
}

/** What the images meet: parameters, and values computed from them alone; each once. */
function constantsOf(order: readonly Node[], isDependent: ReadonlySet<Node>): Node[] {
  const met = order.filter((node) => isDependent.has(node)).flatMap((node) => node.inputs);
  return [...new Set(met.filter((node) => !isDependent.has(node)).map(unrepeated))];
}

/** The name of the one parameter that a constant is made of, if it is one. */
function nameOf(node: Node, names: ReadonlyMap<Slot | undefined, string>): string {
  const own = topologicalOrder([node]).flatMap((each) => names.get(slotOf(each)) ?? []);
  return own.length === 1 ? own[0]! : "constant";
}

async function emitConstants(
  nodes: readonly Node[],
  model: Model,
  draft: Draft,
  sizes: ReadonlyMap<Node, Sizes>,
): Promise<Map<Node, Emitted>> {
  const named = Object.entries({ ...parametersOf(model.net), ...buffersOf(model.net) });
  const names = new Map(named.map(([name, { node }]) => [slotOf(node), name]));
  const values = new Map<Node, Emitted>();
  for (const node of nodes) {
    const number = constantValue(node);
    if (number !== undefined) {
      const ones: Shape = node.shape.map(() => 1);
      values.set(node, emittedConstant(draft, "number", ones, node.dtype, [number]));
      continue;
    }
    if (sizes.get(node)!.includes("N")) {
      throw new ConfigError(
        "exportOnnx: a value that is no image's has a row for each image. Compute it from the images.",
      );
    }
    values.set(
      node,
      emittedConstant(draft, nameOf(node, names), node.shape, node.dtype, await new Tensor(node).data()),
    );
  }
  return values;
}

/** Sums of a convolution's or product's result and a number a channel become the node's own bias. */
function takeBiases(draft: Draft): void {
  const uses = new Map<string, number>();
  for (const id of draft.nodes.flatMap(({ inputs }) => inputs)) uses.set(id, (uses.get(id) ?? 0) + 1);
  const makers = new Map<string, number>();
  const taken = new Set<OnnxNode>();
  for (const [i, node] of draft.nodes.entries()) {
    makers.set(node.outputs[0]!, i);
    const [sum, added] = node.inputs;
    const at = node.type === "Add" ? makers.get(sum!) : undefined;
    const bias = draft.constantOf(added);
    if (at === undefined || bias === undefined) continue;
    const maker = draft.nodes[at]!;
    const channels = maker.type === "Gemm" ? bias.shape.at(-1) : bias.shape[1];
    const isColumn = channels === bias.data.length && channels > 1;
    if (
      !["Conv", "Gemm"].includes(maker.type) ||
      maker.inputs.length !== 2 ||
      uses.get(sum!) !== 1 ||
      !isColumn
    )
      continue;
    const inputs = [...maker.inputs, draft.reshaped(added!, bias, [channels])];
    draft.nodes[at] = { ...maker, inputs, outputs: node.outputs };
    taken.add(node);
  }
  draft.nodes = draft.nodes.filter((node) => !taken.has(node));
}

/**
 * The bytes of an ONNX model (opset 17) of the net in evaluation: `images` [N, C, H, W] → `logits` [N, K], the
 * normalisation of pixels inside the graph, the names of the classes in the metadata as `classes`. Throws `ConfigError`
 * naming an operation that has no counterpart.
 */
export async function exportOnnx(
  model: Model,
  { input = "uint8" }: OnnxExportOptions = {},
): Promise<Uint8Array> {
  checkModel(model, "exportOnnx");
  if (input !== "uint8" && input !== "float32") {
    throw new ConfigError(
      `exportOnnx: input ${JSON.stringify(input)} is unknown. Use "uint8" or "float32".`,
      { input },
    );
  }
  const [one, other] = BATCHES.map((batch) => trace(model, batch, input)) as [Traced, Traced];
  const [sizes, isDependent] = [compareSizes(one, other), dependents(one)];
  const draft = new Draft();
  const values = await emitConstants(constantsOf(one.order, isDependent), model, draft, sizes);
  const source: Source = {
    draft,
    origins: new Map(),
    sizesOf: (node) => sizes.get(node)!,
    valueOf: (node) => values.get(node) ?? values.get(unrepeated(node))!,
  };
  for (const node of one.order.filter((each) => isDependent.has(each))) {
    const isInput = slotOf(node) === one.images;
    values.set(
      node,
      isInput ? { name: IMAGES, sizes: sizes.get(node)!, axes: [0, 1, 2, 3] } : emit(node, source),
    );
  }
  const result = draft.node("Identity", [emitted(one.logits, source).name]);
  draft.keepOnly(result);
  takeBiases(draft);
  return encodeOnnx({
    ...{ opset: OPSET, producer: "nabla", ...draft.finish({ [IMAGES]: IMAGES, [result]: "logits" }) },
    inputs: [{ name: IMAGES, type: input, shape: ["N", ...model.shape] }],
    outputs: [{ name: "logits", type: "float32", shape: ["N", model.classes.length] }],
    metadata: { classes: JSON.stringify(model.classes) },
  });
}
