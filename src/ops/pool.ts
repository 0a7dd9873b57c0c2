// Pooling over windows of an image, and its adjoints. Images are channels-last, [N, H, W, C].
import { ShapeError } from "../base/errors.ts";
import { formatShape, type Shape, sameShape } from "../base/shape.ts";
import { type Attributes, apply, type Node, type Op, type TensorType } from "../ir/node.ts";
import { windowCount } from "./conv.ts";
import { accepts, checkDType, checkRank, defineOp } from "./define.ts";

/** Geometry of a pooling window; padding is [top, bottom, left, right], on top and left at most half the window. */
export interface PoolGeometry extends Attributes {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number, number, number];
  /** Average only: whether padding counts in the divisor. */
  readonly countPadding: boolean;
}

interface PoolGradAttributes extends PoolGeometry {
  /** Height and width of the image whose gradient this is. */
  readonly size: readonly [number, number];
}

type Four = [number, number, number, number];

function pooledShape(op: string, x: TensorType, g: PoolGeometry): Shape {
  checkDType(op, x.dtype, accepts.floating);
  checkRank(op, x, 4, "[batch, height, width, channels]");
  const [n, h, w, c] = x.shape as Four;
  const [top, bottom, left, right] = g.padding;
  const oh = windowCount(h, g.kernel[0], g.stride[0], top + bottom, 1);
  const ow = windowCount(w, g.kernel[1], g.stride[1], left + right, 1);
  if (oh < 1 || ow < 1) {
    throw new ShapeError(
      `${op}: a ${g.kernel.join("×")} window does not fit a ${h}×${w} image with padding ${formatShape(g.padding)}. ` +
        `Use a smaller window.`,
      { input: x.shape, kernel: g.kernel },
    );
  }
  // Below and right more may be padded, as long as the last window begins inside.
  const isOutside = (oh - 1) * g.stride[0] - top >= h || (ow - 1) * g.stride[1] - left >= w;
  if (top * 2 > g.kernel[0] || left * 2 > g.kernel[1] || isOutside) {
    throw new ShapeError(
      `${op}: padding ${formatShape(g.padding)} is more than half of the ${g.kernel.join("×")} window, so a window could ` +
        `lie wholly outside. Use at most half the window.`,
      { padding: g.padding, kernel: g.kernel },
    );
  }
  return [n, oh, ow, c];
}

const fields = (x: Shape, y: Shape, g: PoolGeometry): Record<string, number> => ({
  batch: x[0]!,
  height: x[1]!,
  width: x[2]!,
  c: x[3]!,
  kernel_h: g.kernel[0],
  kernel_w: g.kernel[1],
  out_h: y[1]!,
  out_w: y[2]!,
  stride_h: g.stride[0],
  stride_w: g.stride[1],
  pad_top: g.padding[0],
  pad_left: g.padding[2],
  count_pad: Number(g.countPadding),
});

/** Calls `visit(y, x, tap)` for every cell inside the image of every window, window by window. */
function forEachCell(
  x: Shape,
  y: Shape,
  g: PoolGeometry,
  visit: (y: number, x: number, tap: number) => void,
): void {
  const [, h, w, c] = x as Four;
  const [n, oh, ow] = y as Four;
  for (let i = 0; i < n * oh * ow * c; i++) {
    const channel = i % c;
    const pixel = Math.floor(i / c);
    const image = Math.floor(pixel / (oh * ow));
    const top = (Math.floor(pixel / ow) % oh) * g.stride[0] - g.padding[0];
    const left = (pixel % ow) * g.stride[1] - g.padding[2];
    for (let tap = 0; tap < g.kernel[0] * g.kernel[1]; tap++) {
      const row = top + Math.floor(tap / g.kernel[1]);
      const column = left + (tap % g.kernel[1]);
      if (row < 0 || row >= h || column < 0 || column >= w) continue;
      visit(i, ((image * h + row) * w + column) * c + channel, tap);
    }
  }
}

const count = (shape: Shape): number => shape.reduce((a, b) => a * b, 1);

const geometries: PoolGeometry[] = [
  { kernel: [2, 2], stride: [2, 2], padding: [0, 0, 0, 0], countPadding: true },
  { kernel: [3, 2], stride: [2, 1], padding: [1, 1, 0, 1], countPadding: false },
  { kernel: [3, 3], stride: [1, 2], padding: [1, 0, 1, 1], countPadding: true },
];
const X: Shape = [2, 7, 6, 3];
const samples = geometries.map((attributes) => ({ inputs: [{ shape: X }], attributes }));

/** Maximum and tap of the first maximum of every window; NaN wins. */
function pickMaximum(x: Float64Array, node: Node): { best: Float64Array; tap: Float64Array } {
  const best = new Float64Array(count(node.shape)).fill(Number.NEGATIVE_INFINITY);
  const tap = new Float64Array(best.length).fill(-1);
  forEachCell(node.inputs[0]!.shape, node.shape, node.attributes as PoolGeometry, (i, j, k) => {
    const wins = tap[i]! < 0 || x[j]! > best[i]! || (Number.isNaN(x[j]!) && !Number.isNaN(best[i]!));
    if (!wins) return;
    best[i] = x[j]!;
    tap[i] = k;
  });
  return { best, tap };
}

/** The maximum of every window. Its gradient goes to the first maximum. */
export const maxPool2dOp: Op<PoolGeometry> = defineOp<PoolGeometry>({
  name: "maxPool2d",
  kind: {
    tag: "routine",
    reference: ([x], node) => pickMaximum(x!, node).best,
    cpu: {
      kernel: "max_pool2d",
      inputs: ["x"],
      output: "y",
      fields: (node) => fields(node.inputs[0]!.shape, node.shape, node.attributes as PoolGeometry),
    },
  },
  samples,
  type: ([x], g) => ({ shape: pooledShape("maxPool2d", x!, g), dtype: x!.dtype }),
  gradient(dy, { inputs: [x], attributes }) {
    const g = attributes as PoolGeometry;
    return [maxPool2dGrad(dy, maxPool2dIndex(x!, g), { ...g, size: [x!.shape[1]!, x!.shape[2]!] })];
  },
});

/** Which cell of each window holds its first maximum: row · kernel width + column, as uint8. */
export const maxPool2dIndexOp = defineOp<PoolGeometry>({
  name: "maxPool2dIndex",
  kind: {
    tag: "routine",
    reference: ([x], node) => pickMaximum(x!, node).tap,
    cpu: {
      kernel: "max_pool2d",
      inputs: ["x"],
      output: "index",
      fields: (node) => fields(node.inputs[0]!.shape, node.shape, node.attributes as PoolGeometry),
    },
  },
  samples,
  type([x], g) {
    if (g.kernel[0] * g.kernel[1] > 255) {
      throw new ShapeError(
        `maxPool2d: a ${g.kernel.join("×")} window has more than 255 cells. Use a smaller window for training.`,
        { kernel: g.kernel },
      );
    }
    return { shape: pooledShape("maxPool2d", x!, g), dtype: "uint8" };
  },
});

/** The adjoint of maxPool2d: dy added to the cell that each window's index names. */
export const maxPool2dGradOp = defineOp<PoolGradAttributes>({
  name: "maxPool2dGrad",
  kind: {
    tag: "routine",
    reference([dy, index], node) {
      const dx = new Float64Array(count(node.shape));
      forEachCell(node.shape, node.inputs[0]!.shape, node.attributes as PoolGradAttributes, (i, j, tap) => {
        if (index![i] === tap) dx[j]! += dy![i]!;
      });
      return dx;
    },
    cpu: {
      kernel: "max_pool2d_grad",
      inputs: ["y", "index"],
      output: "x",
      fields: (node) => fields(node.shape, node.inputs[0]!.shape, node.attributes as PoolGradAttributes),
    },
  },
  // Taps 0 to 1 lie inside every window of the first geometry, so that any index is a legal one.
  samples: [
    {
      inputs: [{ shape: [2, 3, 3, 3] }, { shape: [2, 3, 3, 3], dtype: "uint8", range: [0, 3] }],
      attributes: { ...geometries[0]!, size: [7, 6] },
    },
  ],
  type: ([dy], { size }) => ({ shape: [dy!.shape[0]!, ...size, dy!.shape[3]!], dtype: dy!.dtype }),
  gradient(dz, { inputs: [, index], attributes }) {
    const { kernel, stride, padding, countPadding } = attributes as PoolGradAttributes;
    return [maxPool2dPick(dz, index!, { kernel, stride, padding, countPadding }), undefined];
  },
});

/** The adjoint of maxPool2dGrad: from every window of an image the cell that the window's index names. */
export const maxPool2dPickOp: Op<PoolGeometry> = defineOp<PoolGeometry>({
  name: "maxPool2dPick",
  kind: {
    tag: "routine",
    reference([g, index], node) {
      const y = new Float64Array(count(node.shape));
      forEachCell(node.inputs[0]!.shape, node.shape, node.attributes as PoolGeometry, (i, j, tap) => {
        if (index![i] === tap) y[i] = g![j]!;
      });
      return y;
    },
    cpu: {
      kernel: "max_pool2d_pick",
      inputs: ["x", "index"],
      output: "y",
      fields: (node) => fields(node.inputs[0]!.shape, node.shape, node.attributes as PoolGeometry),
    },
  },
  samples: geometries.map((g) => {
    const shape = pooledShape("maxPool2d", { shape: X, dtype: "float32" }, g);
    const range = [0, g.kernel[0] * g.kernel[1] - 1] as const;
    return { inputs: [{ shape: X }, { shape, dtype: "uint8" as const, range }], attributes: g };
  }),
  type([x, index], g) {
    const shape = pooledShape("maxPool2dPick", x!, g);
    if (!sameShape(shape, index!.shape)) {
      throw new ShapeError(
        `maxPool2dPick: the index is ${formatShape(index!.shape)}, the windows are ${formatShape(shape)}. Take both from one pool.`,
        { index: index!.shape, windows: shape },
      );
    }
    return { shape, dtype: x!.dtype };
  },
  gradient(dz, { inputs: [x, index], attributes }) {
    const size = [x!.shape[1]!, x!.shape[2]!] as const;
    return [maxPool2dGrad(dz, index!, { ...(attributes as PoolGeometry), size }), undefined];
  },
});

/** The mean of every window. */
export const avgPool2dOp: Op<PoolGeometry> = defineOp<PoolGeometry>({
  name: "avgPool2d",
  kind: {
    tag: "routine",
    reference([x], node) {
      const g = node.attributes as PoolGeometry;
      const divisors = divisorsOf(node.inputs[0]!.shape, node.shape, g);
      const y = new Float64Array(count(node.shape));
      forEachCell(node.inputs[0]!.shape, node.shape, g, (i, j) => {
        y[i]! += x![j]! / divisors[i]!;
      });
      return y;
    },
    cpu: {
      kernel: "avg_pool2d",
      inputs: ["x"],
      output: "y",
      fields: (node) => fields(node.inputs[0]!.shape, node.shape, node.attributes as PoolGeometry),
    },
  },
  samples,
  type: ([x], g) => ({ shape: pooledShape("avgPool2d", x!, g), dtype: x!.dtype }),
  gradient: (dy, { inputs: [x], attributes }) => [
    avgPool2dGrad(dy, { ...(attributes as PoolGeometry), size: [x!.shape[1]!, x!.shape[2]!] }),
  ],
});

/** Cells each window averages over. */
function divisorsOf(x: Shape, y: Shape, g: PoolGeometry): Float64Array {
  const divisors = new Float64Array(count(y));
  if (g.countPadding) return divisors.fill(g.kernel[0] * g.kernel[1]);
  forEachCell(x, y, g, (i) => {
    divisors[i]!++;
  });
  return divisors;
}

/** The adjoint of avgPool2d: dy / divisor added to every cell of its window. */
export const avgPool2dGradOp = defineOp<PoolGradAttributes>({
  name: "avgPool2dGrad",
  kind: {
    tag: "routine",
    reference([dy], node) {
      const g = node.attributes as PoolGradAttributes;
      const yShape = node.inputs[0]!.shape;
      const divisors = divisorsOf(node.shape, yShape, g);
      const dx = new Float64Array(count(node.shape));
      forEachCell(node.shape, yShape, g, (i, j) => {
        dx[j]! += dy![i]! / divisors[i]!;
      });
      return dx;
    },
    cpu: {
      kernel: "avg_pool2d_grad",
      inputs: ["y"],
      output: "x",
      fields: (node) => fields(node.shape, node.inputs[0]!.shape, node.attributes as PoolGradAttributes),
    },
  },
  samples: geometries.map((g) => ({
    inputs: [{ shape: pooledShape("avgPool2d", { shape: X, dtype: "float32" }, g) }],
    attributes: { ...g, size: [X[1]!, X[2]!] },
  })),
  type: ([dy], { size }) => ({ shape: [dy!.shape[0]!, ...size, dy!.shape[3]!], dtype: dy!.dtype }),
  gradient(dz, { attributes }) {
    const { kernel, stride, padding, countPadding } = attributes as PoolGradAttributes;
    return [avgPool2d(dz, { kernel, stride, padding, countPadding })];
  },
});

/** Maximum over windows of x [N, H, W, C]. */
export const maxPool2d = (x: Node, g: PoolGeometry): Node => apply(maxPool2dOp, [x], g);
/** Cell of each window's first maximum, as uint8. */
export const maxPool2dIndex = (x: Node, g: PoolGeometry): Node => apply(maxPool2dIndexOp, [x], g);
/** ∂/∂x of maxPool2d from dy and the index. */
export const maxPool2dGrad = (dy: Node, index: Node, g: PoolGradAttributes): Node =>
  apply(maxPool2dGradOp, [dy, index], g);
/** The cells of x [N, H, W, C] that the index names. */
export const maxPool2dPick = (x: Node, index: Node, g: PoolGeometry): Node =>
  apply(maxPool2dPickOp, [x, index], g);
/** Mean over windows of x [N, H, W, C]. */
export const avgPool2d = (x: Node, g: PoolGeometry): Node => apply(avgPool2dOp, [x], g);
/** ∂/∂x of avgPool2d. */
export const avgPool2dGrad = (dy: Node, g: PoolGradAttributes): Node => apply(avgPool2dGradOp, [dy], g);
