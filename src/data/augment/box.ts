// Boxes in images: which pixels lie in them, one box an image.
import { arange } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** One box an image: the centre of its edges in pixels [N, 1, 1, 1], first inside, last outside; may pass the edges. */
export interface Boxes {
  readonly top: Tensor;
  readonly bottom: Tensor;
  readonly left: Tensor;
  readonly right: Tensor;
}

/** bool [N, 1, H, W]: whether top ≤ row < bottom and left ≤ column < right. */
export function insideBoxes({ top, bottom, left, right }: Boxes, height: number, width: number): Tensor {
  const row = arange(height).cast("float32").reshape(1, 1, height, 1);
  const column = arange(width).cast("float32").reshape(1, 1, 1, width);
  const isInRows = row.greaterEqual(top).and(row.less(bottom));
  return isInRows.and(column.greaterEqual(left).and(column.less(right)));
}
