// From the primitives of a traced net to ONNX nodes. Reorderings and repetitions of axes are put off until something needs
// the elements so, since most meet their inverse or a node that broadcasts by itself. Knows nothing of models or bytes.
import type { DType } from "../base/dtype.ts";
import { ConfigError } from "../base/errors.ts";
import type { Shape } from "../base/shape.ts";
import type { Node } from "../ir/node.ts";
import type { ConvGeometry } from "../ops/conv.ts";
import type { PoolGeometry } from "../ops/pool.ts";
import type { Draft } from "./draft.ts";
import { ELEMENTS, type OnnxAttribute } from "./model.ts";

/** Sizes of a value: a number, or the batch, which is not fixed. */
export type Sizes = readonly (number | "N")[];

/** A node's value in the ONNX graph: axis i of it is axis `axes[i]` of the named one, whose axes of size 1 may repeat. */
export interface Emitted {
  readonly name: string;
  /** Of the named value. */
  readonly sizes: Sizes;
  readonly axes: readonly number[];
}

/** What emitting needs of the net: sizes with the batch told apart, and values of inputs. */
export interface Source {
  readonly draft: Draft;
  /** What reshaped values were before. */
  readonly origins: Map<string, Emitted>;
  sizesOf(node: Node): Sizes;
  valueOf(node: Node): Emitted;
}

/** The name of the graph's input. */
export const IMAGES = "images";
const CHANNELS_FIRST = [0, 3, 1, 2];
const CHANNELS_LAST = [0, 2, 3, 1];
const identity = (rank: number): number[] => Array.from({ length: rank }, (_, i) => i);
const isIdentity = (axes: readonly number[]): boolean => axes.every((axis, i) => axis === i);
const isSame = (a: Sizes, b: Sizes): boolean => a.length === b.length && a.every((size, i) => size === b[i]);
const plain = (name: string, sizes: Sizes): Emitted => ({ name, sizes, axes: identity(sizes.length) });
const ints = (values: readonly number[]): OnnxAttribute => ({ ints: values });
const int = (value: number): OnnxAttribute => ({ int: value });
const permuted = <T>(values: readonly T[], axes: readonly number[]): T[] => axes.map((axis) => values[axis]!);

/** The value with its axes in the order `order`, moved if they are not already. */
function arranged({ draft }: Source, { name, sizes, axes }: Emitted, order: readonly number[]): Emitted {
  const moves = permuted(axes, order);
  if (isIdentity(moves)) return plain(name, sizes);
  return plain(draft.node("Transpose", [name], { perm: ints(moves) }), permuted(sizes, moves));
}

/** The node's value in its own order of axes; axes of size 1 may be left to broadcasting. */
const loose = (source: Source, node: Node): Emitted => {
  const value = source.valueOf(node);
  return arranged(source, value, identity(value.axes.length));
};

/** The value with axes of size 1 repeated to these sizes. */
function repeated({ draft }: Source, value: Emitted, sizes: Sizes): Emitted {
  if (isSame(value.sizes, sizes)) return value;
  // A size of 1 leaves an axis as it is.
  const target = sizes.map((size) => (size === "N" ? 1 : size));
  const repeats = sizes.findIndex((size, axis) => size === "N" && value.sizes[axis] !== "N");
  if (repeats < 0) return plain(draft.node("Expand", [value.name, draft.ints(target)]), sizes);
  const [before, after] = [target.slice(0, repeats), target.slice(repeats + 1)];
  const count = draft.node("Slice", [draft.node("Shape", [IMAGES]), draft.ints([0]), draft.ints([1])]);
  const parts = [
    ...(before.length > 0 ? [draft.ints(before)] : []),
    count,
    ...(after.length > 0 ? [draft.ints(after)] : []),
  ];
  const wanted = draft.node("Concat", parts, { axis: int(0) });
  return plain(draft.node("Expand", [value.name, wanted]), sizes);
}

/** The node's value in exactly its own sizes, its axes in the order `order`. */
function exact(source: Source, node: Node, order = identity(node.shape.length)): Emitted {
  return repeated(
    source,
    arranged(source, source.valueOf(node), order),
    permuted(source.sizesOf(node), order),
  );
}

const unsupported = (what: string): ConfigError =>
  new ConfigError(`exportOnnx: ${what} has no counterpart in ONNX here. Replace the layer that uses it.`, {
    what,
  });

type Emit = (node: Node, source: Source) => Emitted;

/** The sizes that operands broadcast to. */
const broadcast = (operands: readonly Emitted[]): Sizes =>
  operands[0]!.sizes.map(
    (_, axis) => operands.map(({ sizes }) => sizes[axis]!).find((size) => size !== 1) ?? 1,
  );

/** Element by element: the formula as ONNX nodes over the inputs' names. */
const map =
  (formula: (draft: Draft, ...x: string[]) => string): Emit =>
  (node, source) => {
    const operands = node.inputs.map((input) => loose(source, input));
    return plain(formula(source.draft, ...operands.map(({ name }) => name)), broadcast(operands));
  };

const one = (type: string): Emit => map((draft, ...x) => draft.node(type, x));
const pass: Emit = (node, source) => source.valueOf(node.inputs[0]!);

const ELEMENT: Readonly<Record<DType, keyof typeof ELEMENTS>> = {
  ...{ float32: "float32", int32: "int32", uint8: "uint8", bool: "bool" },
};

const cast: Emit = (node, source) => {
  const x = loose(source, node.inputs[0]!);
  const to = int(ELEMENTS[ELEMENT[node.dtype]]);
  return plain(source.draft.node("Cast", [x.name], { to }), x.sizes);
};

const fold =
  (type: string): Emit =>
  (node, source) => {
    const x = exact(source, node.inputs[0]!);
    const axes = node.attributes["axes"] as readonly number[];
    // The sum takes its axes as an input since opset 13, the others since opset 18 only.
    const isInput = type === "ReduceSum";
    const inputs = isInput ? [x.name, source.draft.ints(axes)] : [x.name];
    return plain(
      source.draft.node(type, inputs, { keepdims: int(1), ...(!isInput && { axes: ints(axes) }) }),
      source.sizesOf(node),
    );
  };

const position =
  (type: string): Emit =>
  (node, source) => {
    const x = exact(source, node.inputs[0]!);
    const [axis = 0] = node.attributes["axes"] as readonly number[];
    const found = source.draft.node(type, [x.name], { axis: int(axis), keepdims: int(1) });
    return plain(source.draft.node("Cast", [found], { to: int(ELEMENTS.int32) }), source.sizesOf(node));
  };

const permute: Emit = (node, source) => {
  const { name, sizes, axes } = source.valueOf(node.inputs[0]!);
  return { name, sizes, axes: permuted(axes, node.attributes["axes"] as readonly number[]) };
};

/** The named value under other sizes of as many elements; one that had them before is taken as it was. */
function reshaped({ draft, origins }: Source, x: Emitted, sizes: Sizes): Emitted {
  if (isSame(x.sizes, sizes)) return x;
  const origin = origins.get(x.name);
  if (origin !== undefined && isSame(origin.sizes, sizes)) return origin;
  const constant = draft.constantOf(x.name);
  if (constant !== undefined) return plain(draft.reshaped(x.name, constant, sizes as Shape), sizes);
  const target = sizes.map((size) => (size === "N" ? -1 : size));
  if (target.filter((size) => size < 0).length > 1)
    throw unsupported("a value with several axes of the batch's size");
  const name = draft.node("Reshape", [x.name, draft.ints(target)]);
  origins.set(name, x);
  return plain(name, sizes);
}

const reshape: Emit = (node, source) =>
  reshaped(source, exact(source, node.inputs[0]!), source.sizesOf(node));

const slice: Emit = (node, source) => {
  const x = exact(source, node.inputs[0]!);
  const { starts, steps } = node.attributes as { starts: readonly number[]; steps: readonly number[] };
  const sizes = source.sizesOf(node);
  const cut = identity(sizes.length).filter((axis) => steps[axis] !== 1 || x.sizes[axis] !== sizes[axis]);
  if (cut.length === 0) return x;
  if (cut.some((axis) => sizes[axis] === "N")) throw unsupported("a slice of the batch");
  const end = (axis: number): number => {
    const last = starts[axis]! + (sizes[axis] as number) * steps[axis]!;
    // Before the first element there is no index: any number far below 0 means it.
    return last < 0 ? -(2 ** 31) : last;
  };
  const lists = [cut.map((axis) => starts[axis]!), cut.map(end), cut, cut.map((axis) => steps[axis]!)];
  return plain(source.draft.node("Slice", [x.name, ...lists.map((list) => source.draft.ints(list))]), sizes);
};

const embed: Emit = (node, source) => {
  const x = exact(source, node.inputs[0]!);
  const { starts, steps, value } = node.attributes as {
    starts: readonly number[];
    steps: readonly number[];
    value: number;
  };
  if (steps.some((step) => step !== 1) || node.dtype !== "float32")
    throw unsupported("a value spread out with gaps");
  const [from, to] = [node.inputs[0]!.shape, node.shape];
  const after = to.map((size, axis) => size - from[axis]! - starts[axis]!);
  const pads = source.draft.ints([...starts, ...after]);
  return plain(source.draft.node("Pad", [x.name, pads, source.draft.scalar(value)]), source.sizesOf(node));
};

const concat: Emit = (node, source) => {
  const names = node.inputs.map((input) => exact(source, input).name);
  return plain(
    source.draft.node("Concat", names, { axis: int(node.attributes["axis"] as number) }),
    source.sizesOf(node),
  );
};

/** Top, left, bottom, right, as ONNX orders them. */
const pads = ([top, bottom, left, right]: readonly [number, number, number, number]): OnnxAttribute =>
  ints([top, left, bottom, right]);

/** A result [N, C, H, W] as the value of a node that is channels-last. */
const channelsLast = (name: string, node: Node, source: Source): Emitted => ({
  name,
  sizes: permuted(source.sizesOf(node), CHANNELS_FIRST),
  axes: CHANNELS_LAST,
});

const conv: Emit = (node, source) => {
  const [x, w] = [exact(source, node.inputs[0]!, CHANNELS_FIRST), exact(source, node.inputs[1]!)];
  const { stride, padding, dilation, groups } = node.attributes as ConvGeometry;
  const name = source.draft.node("Conv", [x.name, w.name], {
    kernel_shape: ints(w.sizes.slice(2) as number[]),
    ...{ strides: ints(stride), pads: pads(padding), dilations: ints(dilation), group: int(groups) },
  });
  return channelsLast(name, node, source);
};

const convTranspose: Emit = (node, source) => {
  const [x, w] = [exact(source, node.inputs[0]!, CHANNELS_FIRST), exact(source, node.inputs[1]!)];
  const { stride, padding, dilation, groups } = node.attributes as ConvGeometry;
  const sizes = permuted(source.sizesOf(node), CHANNELS_FIRST).slice(2) as number[];
  const kernel = w.sizes.slice(2) as number[];
  const extra = sizes.map((size, i) => {
    const around = padding[2 * i]! + padding[2 * i + 1]!;
    return (
      size - (((x.sizes[i + 2] as number) - 1) * stride[i]! + dilation[i]! * (kernel[i]! - 1) + 1 - around)
    );
  });
  const name = source.draft.node("ConvTranspose", [x.name, w.name], {
    ...{ kernel_shape: ints(kernel), strides: ints(stride), pads: pads(padding), dilations: ints(dilation) },
    ...{ group: int(groups), output_padding: ints(extra) },
  });
  return channelsLast(name, node, source);
};

const pool =
  (type: "MaxPool" | "AveragePool"): Emit =>
  (node, source) => {
    const x = exact(source, node.inputs[0]!, CHANNELS_FIRST);
    const { kernel, stride, padding, countPadding } = node.attributes as PoolGeometry;
    const name = source.draft.node(type, [x.name], {
      ...{ kernel_shape: ints(kernel), strides: ints(stride), pads: pads(padding) },
      ...(type === "AveragePool" && { count_include_pad: int(Number(countPadding)) }),
    });
    return channelsLast(name, node, source);
  };

const matmul: Emit = (node, source) => {
  const [a, b] = node.inputs.map((input) => exact(source, input)) as [Emitted, Emitted];
  const sizes = source.sizesOf(node);
  if (node.shape[0] !== 1 || sizes[0] === "N")
    return plain(source.draft.node("MatMul", [a.name, b.name]), sizes);
  const [a2, b2] = [reshaped(source, a, a.sizes.slice(1)), reshaped(source, b, b.sizes.slice(1))];
  return reshaped(source, plain(source.draft.node("Gemm", [a2.name, b2.name]), sizes.slice(1)), sizes);
};

const EMITTERS: Readonly<Record<string, Emit>> = {
  ...{ neg: one("Neg"), add: one("Add"), sub: one("Sub"), mul: one("Mul"), div: one("Div"), pow: one("Pow") },
  ...{ maximum: one("Max"), minimum: one("Min"), reciprocal: one("Reciprocal"), sqrt: one("Sqrt") },
  ...{ exp: one("Exp"), log: one("Log"), abs: one("Abs"), sign: one("Sign"), floor: one("Floor") },
  ...{ ceil: one("Ceil"), round: one("Round"), sin: one("Sin"), cos: one("Cos"), tanh: one("Tanh") },
  ...{ sigmoid: one("Sigmoid"), softplus: one("Softplus"), relu: one("Relu"), erf: one("Erf") },
  ...{ and: one("And"), or: one("Or"), not: one("Not"), where: one("Where"), equal: one("Equal") },
  ...{ lessThan: one("Less"), lessEqual: one("LessOrEqual") },
  notEqual: map((draft, a, b) => draft.node("Not", [draft.node("Equal", [a!, b!])])),
  square: map((draft, x) => draft.node("Mul", [x!, x!])),
  rsqrt: map((draft, x) => draft.node("Reciprocal", [draft.node("Sqrt", [x!])])),
  expm1: map((draft, x) => draft.node("Sub", [draft.node("Exp", [x!]), draft.scalar(1)])),
  log1p: map((draft, x) => draft.node("Log", [draft.node("Add", [x!, draft.scalar(1)])])),
  ...{ detach: pass, copy: pass, surrogate: pass, expand: pass, cast },
  ...{ sum: fold("ReduceSum"), max: fold("ReduceMax"), min: fold("ReduceMin"), prod: fold("ReduceProd") },
  ...{ argmax: position("ArgMax"), argmin: position("ArgMin") },
  ...{ permute, reshape, slice, embed, concat, matmul },
  ...{
    conv2d: conv,
    conv2dInputGrad: convTranspose,
    maxPool2d: pool("MaxPool"),
    avgPool2d: pool("AveragePool"),
  },
};

/** Emits one node whose inputs have been emitted. Throws `ConfigError` for an op without a counterpart. */
export function emit(node: Node, source: Source): Emitted {
  const emitter = EMITTERS[node.op.name];
  if (emitter === undefined) throw unsupported(`the op "${node.op.name}"`);
  return emitter(node, source);
}

/** The node's value in its own order of axes and exact sizes. */
export const emitted = (node: Node, source: Source): Emitted => exact(source, node);

/** A constant's value in the graph. */
export const emittedConstant = (
  draft: Draft,
  wish: string,
  shape: Shape,
  dtype: DType,
  data: ArrayLike<number>,
): Emitted => {
  const array =
    dtype === "float32"
      ? Float32Array.from(data)
      : dtype === "int32"
        ? Int32Array.from(data)
        : Uint8Array.from(data);
  return plain(draft.constant(wish, ELEMENT[dtype], shape, array), shape);
};
