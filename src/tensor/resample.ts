// Images at other sizes and places: resizing, pooling to a given size, and sampling along a grid. Pixels are squares:
// the outer edges of an image stay where they are, as with PyTorch's align_corners = false.

import { ConfigError, ShapeError } from "../base/errors.ts";
import { nearestName } from "../base/nearest-name.ts";
import { checkOptionNames } from "../base/option-names.ts";
import { formatShape } from "../base/shape.ts";
import { gridSample as sample } from "../ops/grid.ts";
import { tensor } from "./create.ts";
import { checkImages } from "./functions.ts";
import { avgPool2d, maxPool2d, type Pair, pairOf } from "./images.ts";
import { Tensor } from "./tensor.ts";

function checkMode(op: string, name: string, value: string, known: readonly string[]): void {
  if (known.includes(value)) return;
  const nearest = nearestName(value, known);
  const cure = nearest === undefined ? `Use ${known.join(" or ")}.` : `Did you mean "${nearest}"?`;
  throw new ConfigError(`${op}: ${name} "${value}" is unknown. ${cure}`, { [name]: value });
}

/** Elements of one axis of images that are read, `count` for each of `size` results: positions and weights. */
interface Windows {
  readonly size: number;
  readonly count: number;
  readonly positions: readonly number[];
  readonly weights: readonly number[];
}

/** x along `axis` at the windows' positions: the axis becomes two, [size, count]. */
function takeWindows(x: Tensor, axis: number, { size, count, positions }: Windows): Tensor {
  const front = [axis, ...x.shape.flatMap((_, i) => (i === axis ? [] : [i]))];
  const taken = x.permute(front).take(tensor(positions, { dtype: "int32", shape: [size, count] }));
  // [size, count, rest…] back to [lead…, size, count, tail…].
  const back = x.shape.flatMap((_, i) => (i === axis ? [0, 1] : [i < axis ? i + 2 : i + 1]));
  return taken.permute(back);
}

/** The weighted sums over the windows along `axis`. */
function mixAxis(x: Tensor, axis: number, windows: Windows): Tensor {
  const { size, count, weights } = windows;
  const tail = x.shape.slice(axis + 1).map(() => 1);
  return takeWindows(x, axis, windows)
    .mul(tensor(weights, { shape: [size, count, ...tail] }))
    .sum(axis + 1);
}

/** Where along one axis each of `size` results is read, in pixels: at ⌊i · old / size⌋, or where the centre of i lies. */
const resizePlaces = (old: number, size: number, mode: "nearest" | "bilinear"): number[] =>
  Array.from({ length: size }, (_, i) =>
    mode === "nearest" ? Math.floor((i * old) / size) : ((i + 0.5) * old) / size - 0.5,
  );

/** Images x [N, C, H, W] at another size [height, width], by the nearest pixel or linearly between pixels. */
export function resize(
  x: Tensor,
  size: Pair,
  { mode = "bilinear" }: { readonly mode?: "nearest" | "bilinear" } = {},
): Tensor {
  checkImages("resize", x);
  checkMode("resize", "mode", mode, ["nearest", "bilinear"]);
  const [height, width] = pairOf("resize", "size", size, 1);
  const [n, , h, w] = x.shape as [number, number, number, number];
  if (h === 0 || w === 0) {
    throw new ShapeError(`resize: the images ${formatShape(x.shape)} have no pixels.`, { shape: x.shape });
  }
  if (height === h && width === w) return x;
  // In a grid's units, where −1 and 1 are the outer edges.
  const [ys, xs] = [resizePlaces(h, height, mode), resizePlaces(w, width, mode)];
  const places = ys.flatMap((y) => xs.map((at) => [(2 * at + 1) / w - 1, (2 * y + 1) / h - 1]));
  const grid = tensor(places).reshape(1, height, width, 2).broadcastTo(n, height, width, 2);
  return gridSample(x, grid, { mode, outside: "border" });
}

/** Windows ⌊i · old / new⌋ to ⌈(i + 1) · old / new⌉; a shorter one repeats its last element with weight 0. */
function adaptiveWindows(old: number, size: number): Windows {
  const ranges = Array.from({ length: size }, (_, i) => {
    const start = Math.floor((i * old) / size);
    return { start, length: Math.ceil(((i + 1) * old) / size) - start };
  });
  const count = Math.max(...ranges.map(({ length }) => length));
  const each = <T>(f: (range: { start: number; length: number }, k: number) => T): T[] =>
    ranges.flatMap((range) => Array.from({ length: count }, (_, k) => f(range, k)));
  return {
    size,
    count,
    positions: each(({ start, length }, k) => start + Math.min(k, length - 1)),
    weights: each(({ length }, k) => (k < length ? 1 / length : 0)),
  };
}

function adaptivePool(
  op: string,
  x: Tensor,
  size: Pair,
  pool: (x: Tensor, kernel: Pair) => Tensor,
  fold: (x: Tensor, axis: number, w: Windows) => Tensor,
): Tensor {
  checkImages(op, x);
  const [height, width] = pairOf(op, "size", size, 1);
  if (x.shape[2] === 0 || x.shape[3] === 0) {
    throw new ShapeError(`${op}: the images ${formatShape(x.shape)} have no pixels.`, { shape: x.shape });
  }
  const kernel = [x.shape[2]! / height, x.shape[3]! / width] as const;
  if (kernel.every(Number.isInteger)) return pool(x, kernel);
  const rows = fold(x, 2, adaptiveWindows(x.shape[2]!, height));
  return fold(rows, 3, adaptiveWindows(x.shape[3]!, width));
}

/** The mean over windows that divide x [N, C, H, W] into size [OH, OW] as evenly as can be, as in PyTorch. */
export const adaptiveAvgPool2d = (x: Tensor, size: Pair): Tensor =>
  adaptivePool("adaptiveAvgPool2d", x, size, avgPool2d, mixAxis);

/** The maximum over windows that divide x [N, C, H, W] into size [OH, OW]; where these do not divide it, ties share the gradient. */
export const adaptiveMaxPool2d = (x: Tensor, size: Pair): Tensor =>
  adaptivePool("adaptiveMaxPool2d", x, size, maxPool2d, (y, axis, windows) =>
    takeWindows(y, axis, windows).max(axis + 1),
  );

/** Where each pixel of a [height, width] result is read: theta [N, 2, 3] · (x, y, 1) → [N, height, width, 2], with −1 and 1 the outer edges. */
export function affineGrid(theta: Tensor, size: Pair): Tensor {
  if (theta.rank !== 3 || theta.shape[1] !== 2 || theta.shape[2] !== 3) {
    throw new ShapeError(
      `affineGrid: theta must be [N, 2, 3], one 2×3 matrix an image, not ${formatShape(theta.shape)}.`,
      { shape: theta.shape },
    );
  }
  const [height, width] = pairOf("affineGrid", "size", size, 1);
  const centre = (i: number, count: number) => (2 * i + 1) / count - 1;
  const places = Array.from({ length: height * width }, (_, i) => [
    centre(i % width, width),
    centre(Math.floor(i / width), height),
    1,
  ]);
  return tensor(places).matmul(theta.transpose()).reshape(theta.shape[0]!, height, width, 2);
}

/** How gridSample reads: between pixels linearly or at the nearest; outside lies 0 or the nearest border pixel. */
export interface GridSampleOptions {
  readonly mode?: "bilinear" | "nearest";
  readonly outside?: "zeros" | "border";
}

/** Images x [N, C, H, W] read at grid [N, OH, OW, (x, y)] → [N, C, OH, OW]; −1 and 1 are the outer edges (Jaderberg et al. 2015). */
export function gridSample(x: Tensor, grid: Tensor, options: GridSampleOptions = {}): Tensor {
  checkOptionNames("gridSample", options, ["mode", "outside"]);
  checkImages("gridSample", x);
  const { mode = "bilinear", outside = "zeros" } = options;
  checkMode("gridSample", "mode", mode, ["bilinear", "nearest"]);
  checkMode("gridSample", "outside", outside, ["zeros", "border"]);
  const y = sample(x.permute(0, 2, 3, 1).node, grid.node, { mode, outside });
  return new Tensor(y).permute(0, 3, 1, 2);
}
