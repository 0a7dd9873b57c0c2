// Convolution over images and its two adjoints. Activations are channels-last here, [N, H, W, C]; weights are
// [T, C/groups, KH, KW], as in PyTorch. The public API is [N, C, H, W]: permutations outside, which the compiler moves.
import { ShapeError } from "../base/errors.ts";
import { formatShape, type Shape, type Strided, sizeOf } from "../base/shape.ts";
import { type Attributes, apply, type Node, type TensorType } from "../ir/node.ts";
import { accepts, checkDType, checkRank, defineOp } from "./define.ts";
import { matmul } from "./linalg.ts";
import { permute, reshape } from "./view.ts";

/** Geometry of a window sliding over an image: [vertical, horizontal] pairs; padding is [top, bottom, left, right]. */
export interface ConvGeometry extends Attributes {
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number, number, number];
  readonly dilation: readonly [number, number];
  readonly groups: number;
}

interface InputGradAttributes extends ConvGeometry {
  /** Height and width of the image whose gradient this is. */
  readonly size: readonly [number, number];
}

interface WeightGradAttributes extends ConvGeometry {
  /** Height and width of the filter whose gradient this is. */
  readonly kernel: readonly [number, number];
}

type Four = [number, number, number, number];

/** ⌊(size + padding − dilation·(kernel − 1) − 1) / stride⌋ + 1: positions of a window along one axis. */
export const windowCount = (
  size: number,
  kernel: number,
  stride: number,
  padding: number,
  dilation: number,
): number => Math.floor((size + padding - dilation * (kernel - 1) - 1) / stride) + 1;

function convShape(op: string, x: Shape, w: Shape, g: ConvGeometry): Shape {
  const [n, h, wide, c] = x as Four;
  const [t, cPerGroup, kh, kw] = w as Four;
  if (c !== cPerGroup * g.groups || t % g.groups !== 0) {
    throw new ShapeError(
      `${op}: weight ${formatShape(w)} with ${g.groups} group(s) takes ${cPerGroup * g.groups} input channels and a ` +
        `multiple of ${g.groups} filters, the input has ${c} channels. Make the weight [filters, channels / groups, height, width].`,
      { input: x, weight: w, groups: g.groups },
    );
  }
  const [top, bottom, left, right] = g.padding;
  const oh = windowCount(h, kh, g.stride[0], top + bottom, g.dilation[0]);
  const ow = windowCount(wide, kw, g.stride[1], left + right, g.dilation[1]);
  if (oh < 1 || ow < 1) {
    throw new ShapeError(
      `${op}: a ${kh}×${kw} filter with dilation ${g.dilation.join("×")} does not fit a ${h}×${wide} image with padding ` +
        `${formatShape(g.padding)}. Use a smaller filter or more padding.`,
      { input: x, weight: w, padding: g.padding },
    );
  }
  return [n, oh, ow, t];
}

function checkOperands(op: string, a: TensorType, b: TensorType): void {
  for (const operand of [a, b]) {
    checkDType(op, operand.dtype, accepts.floating);
    checkRank(op, operand, 4, "[batch, height, width, channels]");
  }
}

/** The kernel's fields from the shapes of x [N, H, W, C], w [T, C/groups, KH, KW] (with its strides) and y [N, OH, OW, T]. */
function fields(x: Shape, w: Strided, y: Shape, g: ConvGeometry): Record<string, number> {
  return {
    batch: x[0]!,
    height: x[1]!,
    width: x[2]!,
    c: w.shape[1]!,
    groups: g.groups,
    t: y[3]!,
    kernel_h: w.shape[2]!,
    kernel_w: w.shape[3]!,
    out_h: y[1]!,
    out_w: y[2]!,
    stride_h: g.stride[0],
    stride_w: g.stride[1],
    pad_top: g.padding[0],
    pad_left: g.padding[2],
    dilation_h: g.dilation[0],
    dilation_w: g.dilation[1],
    w_t: w.strides[0]!,
    w_c: w.strides[1]!,
    w_h: w.strides[2]!,
    w_w: w.strides[3]!,
  };
}

/** Multiplications and additions of a convolution: two for each tap and channel of each output. */
const flopsOf = (y: Shape, w: Shape): number => 2 * sizeOf(y) * sizeOf(w.slice(1));

/** Calls `visit` with the flat indices (y, x, w) of every product of the convolution. */
function forEachProduct(
  x: Shape,
  w: Shape,
  y: Shape,
  g: ConvGeometry,
  visit: (y: number, x: number, w: number) => void,
) {
  const [n, h, wide, c] = x as Four;
  const [t, cg, kh, kw] = w as Four;
  const [, oh, ow] = y as Four;
  const filtersPerGroup = t / g.groups;
  for (let pixel = 0; pixel < n * oh * ow; pixel++) {
    const image = Math.floor(pixel / (oh * ow));
    const top = (Math.floor(pixel / ow) % oh) * g.stride[0] - g.padding[0];
    const left = (pixel % ow) * g.stride[1] - g.padding[2];
    for (let tap = 0; tap < kh * kw; tap++) {
      const row = top + Math.floor(tap / kw) * g.dilation[0];
      const column = left + (tap % kw) * g.dilation[1];
      if (row < 0 || row >= h || column < 0 || column >= wide) continue;
      const xBase = ((image * h + row) * wide + column) * c;
      for (let f = 0; f < t; f++) {
        const group = Math.floor(f / filtersPerGroup);
        for (let i = 0; i < cg; i++)
          visit(pixel * t + f, xBase + group * cg + i, (f * cg + i) * kh * kw + tap);
      }
    }
  }
}

/** Whether each output pixel comes from the one input pixel at its place: the convolution is then a product of matrices. */
const isPointwise = (kernel: readonly number[], { stride, padding, groups }: ConvGeometry): boolean =>
  [...kernel, ...stride, groups].every((size) => size === 1) && padding.every((size) => size === 0);

/** An image's pixels as rows, [1, N·H·W, C]; filters of one pixel as [1, T, C]. */
const rowsOf = (image: Node): Node => reshape(image, [1, sizeOf(image.shape.slice(0, 3)), image.shape[3]!]);
const filtersOf = (w: Node): Node => reshape(w, [1, w.shape[0]!, w.shape[1]!]);
const turned = (matrix: Node): Node => permute(matrix, [0, 2, 1]);

const plain: ConvGeometry = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 };
const geometries: ConvGeometry[] = [
  plain,
  { ...plain, padding: [1, 1, 1, 1] },
  { ...plain, stride: [2, 3], padding: [2, 1, 0, 2] },
  { ...plain, dilation: [2, 1], padding: [1, 2, 1, 1] },
  { ...plain, groups: 2, padding: [1, 1, 1, 1] },
];
const X: Shape = [2, 7, 8, 4];
const W = (g: ConvGeometry): Shape => [6, 4 / g.groups, 3, 2];

/** Cross-correlation: y[n, i, j, t] = Σ x[n, i·s − p + u·d, j·s − p + v·d, c] · w[t, c, u, v]. */
export const conv2dOp = defineOp<ConvGeometry>({
  name: "conv2d",
  kind: {
    tag: "routine",
    flops: ({ inputs: [, w], shape }) => flopsOf(shape, w!.shape),
    reference([x, w], node) {
      const y = new Float64Array(node.shape.reduce((a, b) => a * b, 1));
      const [xn, wn] = node.inputs as [Node, Node];
      forEachProduct(xn.shape, wn.shape, node.shape, node.attributes as ConvGeometry, (i, j, k) => {
        y[i]! += x![j]! * w![k]!;
      });
      return y;
    },
    cpu: {
      kernel: "conv2d",
      inputs: ["x", "w"],
      output: "y",
      strided: [false, true],
      epilogue: true,
      fields: (node, [x, w]) => fields(x!.shape, w!, node.shape, node.attributes as ConvGeometry),
    },
  },
  samples: geometries.map((g) => ({ inputs: [{ shape: X }, { shape: W(g) }], attributes: g })),
  type([x, w], g) {
    checkOperands("conv2d", x!, w!);
    return { shape: convShape("conv2d", x!.shape, w!.shape, g), dtype: x!.dtype };
  },
  gradient(dy, { inputs: [x, w], attributes }) {
    const g = attributes as ConvGeometry;
    return [
      conv2dInputGrad(dy, w!, { ...g, size: [x!.shape[1]!, x!.shape[2]!] }),
      conv2dWeightGrad(x!, dy, { ...g, kernel: [w!.shape[2]!, w!.shape[3]!] }),
    ];
  },
  decompose({ inputs: [x, w], shape, attributes }) {
    if (!isPointwise(w!.shape.slice(2), attributes as ConvGeometry)) return undefined;
    return reshape(matmul(rowsOf(x!), turned(filtersOf(w!))), shape);
  },
});

const outputOf = (x: Shape, w: Shape, g: ConvGeometry): Shape => convShape("conv2d", x, w, g);

/** The convolution's own geometry, without what a gradient adds to it. */
const geometryOf = ({ stride, padding, dilation, groups }: ConvGeometry): ConvGeometry => ({
  stride,
  padding,
  dilation,
  groups,
});

/** The adjoint of conv2d by its input: dx from dy and w. */
export const conv2dInputGradOp = defineOp<InputGradAttributes>({
  name: "conv2dInputGrad",
  kind: {
    tag: "routine",
    flops: ({ inputs: [dy, w] }) => flopsOf(dy!.shape, w!.shape),
    reference([dy, w], node) {
      const dx = new Float64Array(node.shape.reduce((a, b) => a * b, 1));
      const [dyn, wn] = node.inputs as [Node, Node];
      forEachProduct(node.shape, wn.shape, dyn.shape, node.attributes as ConvGeometry, (i, j, k) => {
        dx[j]! += dy![i]! * w![k]!;
      });
      return dx;
    },
    cpu: {
      kernel: "conv2d_input_grad",
      inputs: ["y", "w"],
      output: "x",
      strided: [false, true],
      epilogue: true,
      fields: (node, [dy, w]) => fields(node.shape, w!, dy!.shape, node.attributes as ConvGeometry),
    },
  },
  samples: geometries.map((g) => ({
    inputs: [{ shape: outputOf(X, W(g), g) }, { shape: W(g) }],
    attributes: { ...g, size: [X[1]!, X[2]!] },
  })),
  type([dy, w], g) {
    checkOperands("conv2dInputGrad", dy!, w!);
    return { shape: [dy!.shape[0]!, ...g.size, w!.shape[1]! * g.groups], dtype: dy!.dtype };
  },
  gradient(dz, { inputs: [dy, w], attributes }) {
    const g = geometryOf(attributes as InputGradAttributes);
    return [conv2d(dz, w!, g), conv2dWeightGrad(dz, dy!, { ...g, kernel: [w!.shape[2]!, w!.shape[3]!] })];
  },
  decompose({ inputs: [dy, w], shape, attributes }) {
    if (!isPointwise(w!.shape.slice(2), attributes as InputGradAttributes)) return undefined;
    return reshape(matmul(rowsOf(dy!), filtersOf(w!)), shape);
  },
});

/** The adjoint of conv2d by its weight: dw from x and dy. */
export const conv2dWeightGradOp = defineOp<WeightGradAttributes>({
  name: "conv2dWeightGrad",
  kind: {
    tag: "routine",
    flops: ({ inputs: [, dy], shape }) => flopsOf(dy!.shape, shape),
    reference([x, dy], node) {
      const dw = new Float64Array(node.shape.reduce((a, b) => a * b, 1));
      const [xn, dyn] = node.inputs as [Node, Node];
      forEachProduct(xn.shape, node.shape, dyn.shape, node.attributes as ConvGeometry, (i, j, k) => {
        dw[k]! += dy![i]! * x![j]!;
      });
      return dw;
    },
    cpu: {
      kernel: "conv2d_weight_grad",
      inputs: ["x", "y"],
      output: "w",
      fields(node, [x, dy]) {
        const [, c, kh, kw] = node.shape as Four;
        const w = { shape: node.shape, strides: [c * kh * kw, kh * kw, kw, 1], offset: 0 };
        return fields(x!.shape, w, dy!.shape, node.attributes as ConvGeometry);
      },
    },
  },
  samples: geometries.map((g) => ({
    inputs: [{ shape: X }, { shape: outputOf(X, W(g), g) }],
    attributes: { ...g, kernel: [3, 2] },
  })),
  type([x, dy], g) {
    checkOperands("conv2dWeightGrad", x!, dy!);
    return { shape: [dy!.shape[3]!, x!.shape[3]! / g.groups, ...g.kernel], dtype: x!.dtype };
  },
  gradient(dz, { inputs: [x, dy], attributes }) {
    const g = geometryOf(attributes as WeightGradAttributes);
    return [conv2dInputGrad(dy!, dz, { ...g, size: [x!.shape[1]!, x!.shape[2]!] }), conv2d(x!, dz, g)];
  },
  decompose({ inputs: [x, dy], shape, attributes }) {
    if (!isPointwise(shape.slice(2), attributes as WeightGradAttributes)) return undefined;
    return reshape(matmul(turned(rowsOf(dy!)), rowsOf(x!)), shape);
  },
});

/** Cross-correlation of x [N, H, W, C] with w [T, C/groups, KH, KW] → [N, OH, OW, T]. */
export const conv2d = (x: Node, w: Node, g: ConvGeometry): Node => apply(conv2dOp, [x, w], g);

/** ∂/∂x of conv2d: dy [N, OH, OW, T], w [T, C/groups, KH, KW] → [N, H, W, C]. */
export const conv2dInputGrad = (dy: Node, w: Node, g: InputGradAttributes): Node =>
  apply(conv2dInputGradOp, [dy, w], g);

/** ∂/∂w of conv2d: x [N, H, W, C], dy [N, OH, OW, T] → [T, C/groups, KH, KW]. */
export const conv2dWeightGrad = (x: Node, dy: Node, g: WeightGradAttributes): Node =>
  apply(conv2dWeightGradOp, [x, dy], g);
