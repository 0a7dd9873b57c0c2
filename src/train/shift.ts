// Augmentation within the step: images moved by whole pixels, black where nothing moved in.
// Knows nothing of nets; draws from the generator it is given.
import { arange } from "../tensor/create.ts";
import { where } from "../tensor/functions.ts";
import type { Generator } from "../tensor/random.ts";
import type { Tensor } from "../tensor/tensor.ts";

/**
 * Rows `indices` [B] of bytes [N, C·H·W], each moved up to `most` pixels along both directions, evenly drawn; what
 * comes from outside the image is 0. Gives bytes [B, C·H·W].
 */
export function takeShifted(
  images: Tensor,
  indices: Tensor,
  [channels, height, width]: readonly [number, number, number],
  most: number,
  generator: Generator,
): Tensor {
  const count = indices.shape[0]!;
  const size = channels * height * width;
  const draw = () =>
    generator
      .uniform([count, 1, 1, 1], -most, most + 1)
      .floor()
      .cast("int32");
  const y = arange(height).reshape(1, 1, height, 1).add(draw());
  const x = arange(width).reshape(1, 1, 1, width).add(draw());
  const isInside = y
    .greaterEqual(0)
    .and(y.less(height))
    .and(x.greaterEqual(0).and(x.less(width)));
  const start = indices.reshape(count, 1, 1, 1).mul(size);
  const plane = arange(channels)
    .reshape(1, channels, 1, 1)
    .mul(height * width);
  const pixel = start.add(plane).add(y.mul(width)).add(x);
  // Only these bytes are gathered, so the whole set is never copied.
  const bytes = images.reshape(images.size).take(pixel);
  return where(isInside, bytes, 0).reshape(count, size);
}
