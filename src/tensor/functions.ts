// Functions of tensors composed from primitives: graphs, no kernels of their own.
import { ShapeError } from "../base/errors.ts";
import { broadcastShapes, checkShape, formatShape, normalizeAxis, type Shape } from "../base/shape.ts";
import { index } from "../ops/leaf.ts";
import { where as whereNode } from "../ops/logic.ts";
import { concat as concatNodes } from "../ops/view.ts";
import { full } from "./create.ts";
import { type Axes, Tensor } from "./tensor.ts";
import { broadcastTo } from "./views.ts";

/** condition ? a : b, element by element, all three broadcast. */
export function where(condition: Tensor, a: Tensor | number, b: Tensor | number): Tensor {
  const dtype = a instanceof Tensor ? a.dtype : b instanceof Tensor ? b.dtype : "float32";
  const [x, y] = [a, b].map((value) => (value instanceof Tensor ? value : full([], value, { dtype }))) as [
    Tensor,
    Tensor,
  ];
  const shape = broadcastShapes(broadcastShapes(condition.shape, x.shape, "where"), y.shape, "where");
  return new Tensor(whereNode(...[condition, x, y].map(({ node }) => broadcastTo(node, shape))));
}

/** Tensors one after another along `axis`. */
export function concat(tensors: readonly Tensor[], axis = 0): Tensor {
  checkList("concat", tensors);
  const [first] = tensors;
  if (first === undefined) throw new ShapeError("concat: there are no tensors. Give at least one.");
  return new Tensor(
    concatNodes(
      tensors.map(({ node }) => node),
      normalizeAxis(axis, first.rank, "concat"),
    ),
  );
}

/** Tensors of one shape along a new axis before `axis`. */
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  checkList("stack", tensors);
  return concat(
    tensors.map((x) => x.unsqueeze(axis)),
    axis,
  );
}

function checkList(op: string, tensors: readonly Tensor[]): void {
  if (Array.isArray(tensors)) return;
  throw new ShapeError(`${op}: takes a list of tensors. Put them in brackets: ${op}([a, b]).`);
}

/** Keeps the exponents of a softmax within range; where a whole row is −∞ nothing is subtracted. */
function shiftOf(x: Tensor, axes: Axes | undefined): Tensor {
  const peak = x.detach().max(axes, { keepDims: true });
  return where(peak.abs().less(Number.POSITIVE_INFINITY), peak, 0);
}

/** log Σ eˣ over `axes`, the last unless given, without overflow. */
export function logsumexp(x: Tensor, axes: Axes = -1, { keepDims = false } = {}): Tensor {
  const shift = shiftOf(x, axes);
  const result = x.sub(shift).exp().sum(axes, { keepDims: true }).log().add(shift);
  return keepDims ? result : result.squeeze(axes);
}

/** eˣ / Σ eˣ along `axis`. */
export function softmax(x: Tensor, axis = -1): Tensor {
  const exponential = x.sub(shiftOf(x, axis)).exp();
  return exponential.div(exponential.sum(axis, { keepDims: true }));
}

/** x − log Σ eˣ along `axis`, the shift taken off first so that large logits lose no digits. */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  const shifted = x.sub(shiftOf(x, axis));
  return shifted.sub(shifted.exp().sum(axis, { keepDims: true }).log());
}

/** 1 where the last, new axis equals the index, else 0, as float32: [...] → [..., classes]. */
export function oneHot(indices: Tensor, classes: number): Tensor {
  const shape: Shape = checkShape([...indices.shape, classes], "oneHot");
  const classIndex = new Tensor(index(shape, shape.length - 1));
  return indices.cast("int32").unsqueeze(-1).equal(classIndex).cast("float32");
}

/** The variance over `axes`; divided by n − `correction` (1: unbiased, as in PyTorch). */
export function variance(
  x: Tensor,
  axes?: number | readonly number[],
  { correction = 1, keepDims = false } = {},
): Tensor {
  const deviation = x.sub(x.mean(axes, { keepDims: true }));
  const total = deviation.square().sum(axes, { keepDims });
  return total.div(x.size / Math.max(1, total.size) - correction);
}

/** Throws ShapeError unless x is a batch of images [N, C, H, W]. */
export function checkImages(op: string, x: Tensor): void {
  if (x.rank !== 4) {
    throw new ShapeError(
      `${op}: takes images [N, C, H, W], not ${formatShape(x.shape)}. Reshape first, as in x.reshape(-1, 1, 28, 28).`,
      { shape: x.shape },
    );
  }
}
