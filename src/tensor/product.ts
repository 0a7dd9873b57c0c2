// The public matrix product (vectors, broadcast batches) told in the batched primitive. Works on nodes.
import { ShapeError } from "../base/errors.ts";
import { broadcastShapes, formatShape, type Shape, sizeOf } from "../base/shape.ts";
import type { Node } from "../ir/node.ts";
import { matmul } from "../ops/linalg.ts";
import { reshape } from "../ops/view.ts";
import { broadcastTo } from "./views.ts";

/** x as [batch, rows, columns], its leading axes broadcast to `lead` and merged. */
function batched(x: Node, lead: Shape): Node {
  const matrix = x.shape.slice(-2);
  return reshape(broadcastTo(x, [...lead, ...matrix]), [sizeOf(lead), ...matrix]);
}

/** a · b over the last two axes; a vector on the left is a row, on the right a column, and its axis is dropped. */
export function multiply(a: Node, b: Node): Node {
  if (a.shape.length === 0 || b.shape.length === 0) {
    throw new ShapeError(
      `matmul: ${formatShape(a.shape)} × ${formatShape(b.shape)}, a scalar is no matrix. Use mul for scalars.`,
      { a: a.shape, b: b.shape },
    );
  }
  const left = a.shape.length === 1 ? reshape(a, [1, a.shape[0]!]) : a;
  const right = b.shape.length === 1 ? reshape(b, [b.shape[0]!, 1]) : b;
  const [inner, otherInner] = [left.shape.at(-1)!, right.shape.at(-2)!];
  if (inner !== otherInner) {
    const cure =
      inner === right.shape.at(-1)
        ? "Transpose the second: w.transpose()."
        : "Check which axis is contracted.";
    throw new ShapeError(
      `matmul: inner sizes differ, ${formatShape(a.shape)} × ${formatShape(b.shape)}. ${cure}`,
      { a: a.shape, b: b.shape },
    );
  }
  const rows = a.shape.length === 1 ? [] : [left.shape.at(-2)!];
  const columns = b.shape.length === 1 ? [] : [right.shape.at(-1)!];
  // A batch against one matrix is one tall product.
  if (right.shape.length === 2) {
    const tall = reshape(left, [1, sizeOf(left.shape.slice(0, -1)), inner]);
    return reshape(matmul(tall, reshape(right, [1, ...right.shape])), [
      ...left.shape.slice(0, -2),
      ...rows,
      ...columns,
    ]);
  }
  const lead = broadcastShapes(left.shape.slice(0, -2), right.shape.slice(0, -2), "matmul");
  return reshape(matmul(batched(left, lead), batched(right, lead)), [...lead, ...rows, ...columns]);
}
