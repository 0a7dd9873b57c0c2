// Bytes of images as the pixels that nets and augmentations take, and back. Knows nothing of either.
import { clip } from "../tensor/elementwise.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Bytes [N, C·H·W] as pixels from 0 to 1, float32 [N, C, H, W]. */
export const pixelsOf = (bytes: Tensor, shape: readonly [number, number, number]): Tensor =>
  bytes
    .cast("float32")
    .reshape(bytes.shape[0]!, ...shape)
    .div(255);

/** Pixels [N, C, H, W] as the nearest bytes [N, C·H·W]; what is beyond 0 … 1 is taken as its bound. */
export const bytesOf = (pixels: Tensor): Tensor =>
  clip(pixels, 0, 1).mul(255).round().cast("uint8").flatten(1);
