// Images sampled at given places, and the adjoints by image and by place. Images are channels-last, [N, H, W, C].
import { ShapeError } from "../base/errors.ts";
import { formatShape, type Shape, type Strided, sizeOf } from "../base/shape.ts";
import { type Attributes, apply, type Node, type TensorType } from "../ir/node.ts";
import { accepts, checkDType, checkRank, defineOp } from "./define.ts";

/** How a place between pixels is read, and what lies outside. */
export interface GridAttributes extends Attributes {
  readonly mode: "bilinear" | "nearest";
  readonly outside: "zeros" | "border";
}

interface GridInputGradAttributes extends GridAttributes {
  /** Height and width of the image whose gradient this is. */
  readonly size: readonly [number, number];
}

function checkOperands(op: string, x: TensorType, grid: TensorType): void {
  for (const operand of [x, grid]) checkDType(op, operand.dtype, accepts.floating);
  checkRank(op, x, 4, "[batch, height, width, channels]");
  checkRank(op, grid, 4, "[batch, height, width, 2]");
  if (grid.shape[3] !== 2 || grid.shape[0] !== x.shape[0]) {
    throw new ShapeError(
      `${op}: the grid must be [${x.shape[0]}, height, width, 2], not ${formatShape(grid.shape)}. ` +
        "Give (x, y) for each place of each image.",
      { grid: grid.shape, x: x.shape },
    );
  }
  if (x.shape[1] === 0 || x.shape[2] === 0) {
    throw new ShapeError(`${op}: the image ${formatShape(x.shape)} has no pixels. Give at least one.`, {
      x: x.shape,
    });
  }
}

/** The pixel before a coordinate, the weight of the pixel after it, and d(pixels) / d(grid). */
function locate(g: number, size: number, { mode, outside }: GridAttributes): [number, number, number] {
  let at = ((g + 1) * size - 1) / 2;
  let slope = size / 2;
  if (outside === "border" && !(at > 0 && at < size - 1)) {
    at = at > 0 ? size - 1 : 0;
    slope = 0;
  }
  // Places that are no number, or too far for an integer, lie outside.
  if (!(Math.abs(at) < 1e9)) [at, slope] = [-100, 0];
  if (mode === "bilinear") return [Math.floor(at), at - Math.floor(at), slope];
  const near = Math.round(at);
  return [Math.abs(at % 1) === 0.5 && near % 2 !== 0 ? near - 1 : near, 0, 0];
}

/**
 * Calls `visit(place, pixel, weight, dx, dy)` for the pixels inside the image round every place: flat indices without
 * the channels, the weight, and its derivatives by the place's x and y.
 */
function forEachPixel(
  shape: Shape,
  grid: Float64Array,
  attributes: GridAttributes,
  visit: (place: number, pixel: number, weight: number, dx: number, dy: number) => void,
): void {
  const [n, h, w] = shape as [number, number, number];
  const places = grid.length / 2;
  for (let place = 0; place < places; place++) {
    const image = Math.floor(place / (places / n));
    const [left, right, slopeX] = locate(grid[2 * place]!, w, attributes);
    const [top, bottom, slopeY] = locate(grid[2 * place + 1]!, h, attributes);
    for (let k = 0; k < 4; k++) {
      const [column, row] = [left + (k % 2), top + Math.floor(k / 2)];
      if (column < 0 || column >= w || row < 0 || row >= h) continue;
      const across = k % 2 === 1 ? right : 1 - right;
      const down = k > 1 ? bottom : 1 - bottom;
      const [dx, dy] = [(k % 2 === 1 ? slopeX : -slopeX) * down, (k > 1 ? slopeY : -slopeY) * across];
      visit(place, (image * h + row) * w + column, across * down, dx, dy);
    }
  }
}

/** The kernels' fields; the grid may lie with any strides, as in planes of x and of y. */
function fields(
  x: Shape,
  { shape, strides }: Strided,
  { mode, outside }: GridAttributes,
): Record<string, number> {
  const [batch, height, width, c] = x as [number, number, number, number];
  const [grid_n, grid_h, grid_w, grid_xy] = strides as [number, number, number, number];
  const [nearest, border] = [Number(mode === "nearest"), Number(outside === "border")];
  const places = { out_h: shape[1]!, out_w: shape[2]!, grid_n, grid_h, grid_w, grid_xy };
  return { batch, height, width, c, ...places, nearest, border };
}

const attributesOf = (node: Node) => node.attributes as GridAttributes;

const variants: readonly GridAttributes[] = [
  { mode: "bilinear", outside: "zeros" },
  { mode: "bilinear", outside: "border" },
  { mode: "nearest", outside: "zeros" },
];
const X: Shape = [2, 5, 4, 3];
const GRID = { shape: [2, 3, 6, 2], range: [-1.3, 1.3] as const };
const Y: Shape = [2, 3, 6, 3];

/** y[n, i, j] = the image x[n] at grid[n, i, j] = (x, y), where −1 and 1 are the outer edges of the border pixels. */
export const gridSampleOp = defineOp<GridAttributes>({
  name: "gridSample",
  kind: {
    tag: "routine",
    flops: ({ shape }) => 8 * sizeOf(shape),
    reference([x, grid], node) {
      const c = node.shape[3]!;
      const y = new Float64Array(sizeOf(node.shape));
      forEachPixel(node.inputs[0]!.shape, grid!, attributesOf(node), (place, pixel, weight) => {
        if (weight === 0) return;
        for (let k = 0; k < c; k++) y[place * c + k]! += weight * x![pixel * c + k]!;
      });
      return y;
    },
    cpu: {
      kernel: "grid_sample",
      inputs: ["x", "grid"],
      strided: [false, true],
      output: "y",
      fields: (node, [, grid]) => fields(node.inputs[0]!.shape, grid!, attributesOf(node)),
    },
  },
  samples: variants.map((attributes) => ({ inputs: [{ shape: X }, GRID], attributes })),
  type([x, grid]) {
    checkOperands("gridSample", x!, grid!);
    return { shape: [...grid!.shape.slice(0, 3), x!.shape[3]!], dtype: x!.dtype };
  },
  gradient(dy, { inputs: [x, grid], attributes }) {
    const g = attributes as GridAttributes;
    const size = [x!.shape[1]!, x!.shape[2]!] as const;
    return [gridSampleInputGrad(dy, grid!, { ...g, size }), gridSampleGridGrad(x!, grid!, dy, g)];
  },
});

/** The adjoint of gridSample by the image: dy added to the pixels that each place was read from. */
export const gridSampleInputGradOp = defineOp<GridInputGradAttributes>({
  name: "gridSampleInputGrad",
  kind: {
    tag: "routine",
    flops: ({ inputs: [dy] }) => 8 * sizeOf(dy!.shape),
    reference([dy, grid], node) {
      const c = node.shape[3]!;
      const dx = new Float64Array(sizeOf(node.shape));
      forEachPixel(node.shape, grid!, attributesOf(node), (place, pixel, weight) => {
        if (weight === 0) return;
        for (let k = 0; k < c; k++) dx[pixel * c + k]! += weight * dy![place * c + k]!;
      });
      return dx;
    },
    cpu: {
      kernel: "grid_sample_input_grad",
      inputs: ["y", "grid"],
      strided: [false, true],
      output: "x",
      fields: (node, [, grid]) => fields(node.shape, grid!, attributesOf(node)),
    },
  },
  samples: variants.map((g) => ({
    inputs: [{ shape: Y }, GRID],
    attributes: { ...g, size: [X[1]!, X[2]!] },
  })),
  type([dy, grid], { size }) {
    const shape = [dy!.shape[0]!, ...size, dy!.shape[3]!];
    checkOperands("gridSampleInputGrad", { shape, dtype: dy!.dtype }, grid!);
    return { shape, dtype: dy!.dtype };
  },
  gradient(dz, { inputs: [dy, grid], attributes }) {
    const { mode, outside } = attributes as GridInputGradAttributes;
    const g = { mode, outside };
    return [gridSample(dz, grid!, g), gridSampleGridGrad(dz, grid!, dy!, g)];
  },
});

/** The gradient of gridSample by the places; it has no gradient of its own. */
export const gridSampleGridGradOp = defineOp<GridAttributes>({
  name: "gridSampleGridGrad",
  kind: {
    tag: "routine",
    flops: ({ inputs: [, , dy] }) => 8 * sizeOf(dy!.shape),
    reference([x, grid, dy], node) {
      const c = node.inputs[0]!.shape[3]!;
      const result = new Float64Array(sizeOf(node.shape));
      forEachPixel(node.inputs[0]!.shape, grid!, attributesOf(node), (place, pixel, _, byX, byY) => {
        let dot = 0;
        for (let k = 0; k < c; k++) dot += x![pixel * c + k]! * dy![place * c + k]!;
        result[2 * place]! += dot * byX;
        result[2 * place + 1]! += dot * byY;
      });
      return result;
    },
    cpu: {
      kernel: "grid_sample_grid_grad",
      inputs: ["x", "grid", "y"],
      strided: [false, true],
      output: "grid_grad",
      fields: (node, [, grid]) => fields(node.inputs[0]!.shape, grid!, attributesOf(node)),
    },
  },
  samples: variants.map((attributes) => ({ inputs: [{ shape: X }, GRID, { shape: Y }], attributes })),
  type([x, grid]) {
    checkOperands("gridSampleGridGrad", x!, grid!);
    return grid!;
  },
});

/** Images x [N, H, W, C] at grid [N, OH, OW, 2] → [N, OH, OW, C]. */
export const gridSample = (x: Node, grid: Node, g: GridAttributes): Node => apply(gridSampleOp, [x, grid], g);
/** ∂/∂x of gridSample from dy [N, OH, OW, C]. */
export const gridSampleInputGrad = (dy: Node, grid: Node, g: GridInputGradAttributes): Node =>
  apply(gridSampleInputGradOp, [dy, grid], g);
/** ∂/∂grid of gridSample from dy [N, OH, OW, C]. */
export const gridSampleGridGrad = (x: Node, grid: Node, dy: Node, g: GridAttributes): Node =>
  apply(gridSampleGridGradOp, [x, grid, dy], g);
