// ONNX operators as functions of tensors, by name. Knows nothing of files, nor of how a graph is put together.
// The operators: https://github.com/onnx/onnx/blob/main/docs/Operators.md
import type { DType } from "../base/dtype.ts";
import { sizeOf } from "../base/shape.ts";
import { slice as sliceNode } from "../ops/view.ts";
import * as activations from "../tensor/activations.ts";
import { pad as padTensor, split as splitTensor } from "../tensor/arrange.ts";
import { full } from "../tensor/create.ts";
import { clip as clipTensor } from "../tensor/elementwise.ts";
import { concat, logSoftmax, softmax, variance, where } from "../tensor/functions.ts";
import { prod } from "../tensor/reductions.ts";
import { Tensor } from "../tensor/tensor.ts";
import { ELEMENTS } from "./model.ts";
import { isKnown, known, type Operands, type Value } from "./operands.ts";
import { cutsOf, sizesOf } from "./shapes.ts";
import { averagePool, conv, convTranspose, maxPool } from "./windows.ts";

type Operator = (x: Operands) => Value | readonly Value[];

const unary =
  (f: (x: Tensor) => Tensor): Operator =>
  (x) =>
    f(x.tensor(0));
const binary =
  (f: (a: Tensor, b: Tensor) => Tensor): Operator =>
  (x) =>
    f(x.tensor(0), x.tensor(1));
const several =
  (f: (a: Tensor, b: Tensor) => Tensor): Operator =>
  (x) =>
    x.tensors().reduce(f);

function reshape(x: Operands): Tensor {
  const value = x.tensor(0);
  return value.reshape(...sizesOf(x, value.shape));
}

function flatten(x: Operands): Tensor {
  const value = x.tensor(0);
  const axis = x.int("axis", 1);
  const rows = sizeOf(value.shape.slice(0, axis < 0 ? axis + value.rank : axis));
  return value.reshape(rows, value.size / rows);
}

function gemm(x: Operands): Tensor {
  const side = (place: number, flag: string) =>
    x.int(flag, 0) === 1 ? x.tensor(place).transpose() : x.tensor(place);
  const [alpha, beta] = [x.float("alpha", 1), x.float("beta", 1)];
  const product = side(0, "transA").matmul(side(1, "transB"));
  const scaled = alpha === 1 ? product : product.mul(alpha);
  if (!x.has(2)) return scaled;
  return scaled.add(beta === 1 ? x.tensor(2) : x.tensor(2).mul(beta));
}

/** A number a channel, broadcast over [N, C, …]. */
const perChannel = (value: Tensor, rank: number): Tensor =>
  value.reshape(1, value.size, ...new Array<number>(Math.max(0, rank - 2)).fill(1));

function batchNormalization(x: Operands): Tensor {
  const value = x.tensor(0);
  const [scale, bias, mean, spread] = [1, 2, 3, 4].map((place) => perChannel(x.tensor(place), value.rank));
  if (x.int("training_mode", 0) === 1) throw x.fail("was exported for training");
  const factor = scale!.mul(spread!.add(x.float("epsilon", 1e-5)).rsqrt());
  return value.sub(mean!).mul(factor).add(bias!);
}

const standardized = (value: Tensor, axes: readonly number[], epsilon: number): Tensor =>
  value
    .sub(value.mean(axes, { keepDims: true }))
    .mul(variance(value, axes, { correction: 0, keepDims: true }).add(epsilon).rsqrt());

function layerNormalization(x: Operands): Tensor {
  const value = x.tensor(0);
  const first = x.axis(x.int("axis", -1), value.rank);
  const axes = Array.from({ length: value.rank - first }, (_, i) => first + i);
  const scaled = standardized(value, axes, x.float("epsilon", 1e-5)).mul(x.tensor(1));
  return x.has(2) ? scaled.add(x.tensor(2)) : scaled;
}

function instanceNormalization(x: Operands): Tensor {
  const value = x.tensor(0);
  const axes = value.shape.flatMap((_, axis) => (axis < 2 ? [] : [axis]));
  const [scale, bias] = [perChannel(x.tensor(1), value.rank), perChannel(x.tensor(2), value.rank)];
  return standardized(value, axes, x.float("epsilon", 1e-5)).mul(scale).add(bias);
}

/** Softmax over an axis; before opset 13 over all axes from it on. */
const soften =
  (f: (value: Tensor, axis: number) => Tensor): Operator =>
  (x) => {
    const value = x.tensor(0);
    if (x.opset >= 13) return f(value, x.axis(x.int("axis", -1), value.rank));
    const rows = sizeOf(value.shape.slice(0, x.axis(x.int("axis", 1), value.rank)));
    return f(value.reshape(rows, value.size / rows), 1).reshape(...value.shape);
  };

function clip(x: Operands): Tensor {
  const bound = (name: string, place: number, usual: number): number => {
    if (!x.has(place)) return x.float(name, usual);
    const value = x.value(place);
    if (isKnown(value)) return value.data[0] ?? usual;
    throw x.fail("takes its bounds from the images; they must be constant");
  };
  return clipTensor(
    x.tensor(0),
    bound("min", 1, Number.NEGATIVE_INFINITY),
    bound("max", 2, Number.POSITIVE_INFINITY),
  );
}

const reduce =
  (f: (value: Tensor, axes: readonly number[], keepDims: boolean) => Tensor): Operator =>
  (x) => {
    const value = x.tensor(0);
    const given = x.list("axes", 1);
    if ((given ?? []).length === 0 && x.int("noop_with_empty_axes", 0) === 1) return value;
    const axes = given?.map((axis) => x.axis(axis, value.rank)) ?? value.shape.map((_, axis) => axis);
    return f(value, axes, x.int("keepdims", 1) === 1);
  };

const globally =
  (f: (value: Tensor, axes: readonly number[]) => Tensor): Operator =>
  (x) => {
    const value = x.tensor(0);
    return f(
      value,
      value.shape.flatMap((_, axis) => (axis < 2 ? [] : [axis])),
    );
  };

function transpose(x: Operands): Tensor {
  const value = x.tensor(0);
  return value.permute(x.ints("perm") ?? value.shape.map((_, axis) => value.rank - 1 - axis));
}

function squeeze(x: Operands): Tensor {
  const value = x.tensor(0);
  const axes = x.list("axes", 1);
  return axes === undefined ? value.squeeze() : value.squeeze(axes.map((axis) => x.axis(axis, value.rank)));
}

function unsqueeze(x: Operands): Tensor {
  const value = x.tensor(0);
  const axes = x.list("axes", 1) ?? [];
  const places = new Set(axes.map((axis) => x.axis(axis, value.rank + axes.length)));
  const left = [...value.shape];
  return value.reshape(
    ...Array.from({ length: value.rank + axes.length }, (_, axis) => (places.has(axis) ? 1 : left.shift()!)),
  );
}

function slice(x: Operands): Tensor {
  const value = x.tensor(0);
  const { starts, counts, steps } = cutsOf(x, value.shape);
  return new Tensor(sliceNode(value.node, starts, counts, steps));
}

function split(x: Operands): readonly Tensor[] {
  const value = x.tensor(0);
  const axis = x.axis(x.int("axis", 0), value.rank);
  const parts = x.node.outputs.length;
  const sizes = x.list("split", 1) ?? Math.ceil(value.shape[axis]! / parts);
  return splitTensor(value, sizes, axis);
}

function pad(x: Operands): Tensor {
  const value = x.tensor(0);
  const pads = x.list("pads", 1) ?? [];
  const mode = x.text("mode", "constant");
  const modes = { constant: "constant", reflect: "reflect", edge: "replicate" } as const;
  if (!Object.hasOwn(modes, mode) || pads.length !== 2 * value.rank)
    throw x.fail(`pads by ${JSON.stringify(mode)}`);
  const widths = value.shape.map((_, axis) => [pads[axis]!, pads[axis + value.rank]!] as const);
  x.checkSize(value.shape.map((size, axis) => size + widths[axis]![0] + widths[axis]![1]));
  const fill = x.has(2) ? (x.known(2)[0] ?? 0) : x.float("value", 0);
  return padTensor(value, widths, { mode: modes[mode as keyof typeof modes], value: fill });
}

function expand(x: Operands): Tensor {
  const value = x.tensor(0);
  const wanted = x.known(1);
  const rank = Math.max(value.rank, wanted.length);
  const at = (sizes: readonly number[], axis: number) => sizes[axis - rank + sizes.length] ?? 1;
  const shape = Array.from({ length: rank }, (_, axis) => Math.max(at(value.shape, axis), at(wanted, axis)));
  return value.broadcastTo(x.checkSize(shape));
}

const TYPES: Readonly<Record<number, DType>> = {
  ...{ [ELEMENTS.float32]: "float32", [ELEMENTS.float16]: "float32", [ELEMENTS.float64]: "float32" },
  ...{
    [ELEMENTS.int32]: "int32",
    [ELEMENTS.int64]: "int32",
    [ELEMENTS.uint8]: "uint8",
    [ELEMENTS.bool]: "bool",
  },
};

function cast(x: Operands): Tensor {
  const dtype = TYPES[x.int("to", 0)];
  if (dtype === undefined) throw x.fail(`converts to the element type ${x.int("to", 0)}`);
  return x.tensor(0).cast(dtype);
}

function gather(x: Operands): Tensor {
  const value = x.tensor(0);
  const axis = x.axis(x.int("axis", 0), value.rank);
  const [index, ...more] = x.known(1);
  if (index === undefined || more.length > 0) throw x.fail("takes several elements");
  const place = index < 0 ? index + value.shape[axis]! : index;
  return value
    .slice(...value.shape.map((_, i) => (i === axis ? ([place, place + 1] as const) : null)))
    .squeeze(axis);
}

function constant(x: Operands): Value {
  const { attributes } = x.node;
  if ("value_float" in attributes) return known([x.float("value_float", 0)], []);
  if ("value_int" in attributes) return known([x.int("value_int", 0)], []);
  const list = "value_floats" in attributes ? x.floats("value_floats") : x.ints("value_ints");
  if (list !== undefined) return known(list);
  const value = x.constant("value");
  if (value === undefined) throw x.fail("has no numbers");
  return known([...value.data], value.shape);
}

const position =
  (pick: "argmax" | "argmin"): Operator =>
  (x) => {
    const value = x.tensor(0);
    return value[pick](x.axis(x.int("axis", 0), value.rank), { keepDims: x.int("keepdims", 1) === 1 });
  };

const prelu: Operator = binary((value, slope) => {
  const isColumn = slope.rank === 1 && value.rank > 2;
  return where(value.greater(0), value, value.mul(isColumn ? perChannel(slope, value.rank) : slope));
});

const hardSigmoid: Operator = (x) =>
  clipTensor(x.tensor(0).mul(x.float("alpha", 0.2)).add(x.float("beta", 0.5)), 0, 1);

const SHAPES: Readonly<Record<string, Operator>> = {
  ...{ Reshape: reshape, Flatten: flatten, Transpose: transpose, Squeeze: squeeze, Unsqueeze: unsqueeze },
  ...{ Slice: slice, Split: split, Pad: pad, Expand: expand, Gather: gather, Cast: cast, Constant: constant },
  Concat: (x) => {
    const parts = x.tensors();
    return concat(parts, x.axis(x.int("axis", 0), parts[0]!.rank));
  },
  Shape: (x) => known(x.tensor(0).shape),
  ConstantOfShape: (x) => full(x.checkSize(x.known(0)), x.constant("value")?.data[0] ?? 0),
  ...{ Identity: (x) => x.value(0), Dropout: (x) => x.value(0) },
};

const LAYERS: Readonly<Record<string, Operator>> = {
  ...{ Conv: conv, ConvTranspose: convTranspose, MaxPool: maxPool, AveragePool: averagePool, Gemm: gemm },
  MatMul: binary((a, b) => a.matmul(b)),
  GlobalAveragePool: globally((value, axes) => value.mean(axes, { keepDims: true })),
  GlobalMaxPool: globally((value, axes) => value.max(axes, { keepDims: true })),
  ...{ BatchNormalization: batchNormalization, LayerNormalization: layerNormalization },
  InstanceNormalization: instanceNormalization,
  ...{ Softmax: soften(softmax), LogSoftmax: soften(logSoftmax) },
};

const ACTIVATIONS: Readonly<Record<string, Operator>> = {
  Relu: unary((x) => x.relu()),
  ...{ Sigmoid: unary((x) => x.sigmoid()), Tanh: unary((x) => x.tanh()), Erf: unary((x) => x.erf()) },
  LeakyRelu: (x) => activations.leakyRelu(x.tensor(0), x.float("alpha", 0.01)),
  Elu: (x) => activations.elu(x.tensor(0), x.float("alpha", 1)),
  ...{ Selu: unary(activations.selu), Softplus: unary(activations.softplus) },
  ...{ Softsign: unary(activations.softsign), Mish: unary(activations.mish), HardSigmoid: hardSigmoid },
  HardSwish: unary(activations.hardswish),
  Gelu: (x) => activations.gelu(x.tensor(0), { approximate: x.text("approximate", "none") === "tanh" }),
  ...{ PRelu: prelu, Clip: clip },
};

const ARITHMETIC: Readonly<Record<string, Operator>> = {
  ...{ Add: binary((a, b) => a.add(b)), Sub: binary((a, b) => a.sub(b)), Mul: binary((a, b) => a.mul(b)) },
  ...{ Div: binary((a, b) => a.div(b)), Pow: binary((a, b) => a.pow(b)) },
  ...{
    Sum: several((a, b) => a.add(b)),
    Max: several((a, b) => a.maximum(b)),
    Min: several((a, b) => a.minimum(b)),
  },
  ...{ Neg: unary((x) => x.neg()), Abs: unary((x) => x.abs()), Sign: unary((x) => x.sign()) },
  ...{ Floor: unary((x) => x.floor()), Ceil: unary((x) => x.ceil()), Round: unary((x) => x.round()) },
  ...{ Sqrt: unary((x) => x.sqrt()), Reciprocal: unary((x) => x.reciprocal()), Exp: unary((x) => x.exp()) },
  ...{ Log: unary((x) => x.log()), Sin: unary((x) => x.sin()), Cos: unary((x) => x.cos()) },
  ...{ Equal: binary((a, b) => a.equal(b)), Less: binary((a, b) => a.less(b)) },
  ...{ LessOrEqual: binary((a, b) => a.lessEqual(b)), Greater: binary((a, b) => a.greater(b)) },
  ...{ GreaterOrEqual: binary((a, b) => a.greaterEqual(b)), Not: unary((x) => x.not()) },
  ...{ And: binary((a, b) => a.and(b)), Or: binary((a, b) => a.or(b)) },
  Where: (x) => where(x.tensor(0), x.tensor(1), x.tensor(2)),
  ReduceSum: reduce((x, axes, keepDims) => x.sum(axes, { keepDims })),
  ReduceMean: reduce((x, axes, keepDims) => x.mean(axes, { keepDims })),
  ReduceMax: reduce((x, axes, keepDims) => x.max(axes, { keepDims })),
  ReduceMin: reduce((x, axes, keepDims) => x.min(axes, { keepDims })),
  ReduceProd: reduce((x, axes, keepDims) => prod(x, axes, { keepDims })),
  ...{ ArgMax: position("argmax"), ArgMin: position("argmin") },
};

/** Every operator that is read, by its name in ONNX. */
export const OPERATORS: Readonly<Record<string, Operator>> = {
  ...LAYERS,
  ...ACTIVATIONS,
  ...SHAPES,
  ...ARITHMETIC,
};
