// Random brightness, contrast and saturation.
import { clip } from "../../tensor/elementwise.ts";
import type { Generator } from "../../tensor/random.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Batch, Change } from "./augmentation.ts";
import { checkOptions, type Range } from "./catalog.ts";

/** Options of colorJitter: a strength s for factors from max(0, 1 − s) to 1 + s, or the factors; 1 where left out. */
export interface ColorJitterOptions {
  readonly brightness?: Range | undefined;
  readonly contrast?: Range | undefined;
  readonly saturation?: Range | undefined;
}

/** Shares of red, green and blue in grey (ITU-R BT.601, as in torchvision). */
const GREY = [0.2989, 0.587, 0.114] as const;

/** The grey of images [N, C, H, W] → [N, 1, H, W]: of three channels by BT.601, else their mean. */
function greyOf(images: Tensor): Tensor {
  if (images.shape[1] !== 3) return images.mean(1, { keepDims: true });
  const channel = (i: number) => images.slice(null, [i, i + 1]);
  return GREY.map((share, i) => channel(i).mul(share)).reduce((sum, part) => sum.add(part));
}

const factorsOf = (strength: Range): readonly [number, number] =>
  typeof strength === "number" ? [Math.max(0, 1 - strength), 1 + strength] : strength;

/**
 * Each image x as f·x + (1 − f)·b with a factor f drawn evenly: b is 0 for brightness, the mean grey of the image for
 * contrast, the grey of each pixel for saturation; in this order, and held within 0 … 1 after each (torchvision's
 * ColorJitter, which has them in random order).
 */
export function colorJitter(options: ColorJitterOptions = {}): Change {
  checkOptions("jitter", options);
  const { brightness, contrast, saturation } = options;
  const apply = (batch: Batch, generator: Generator): Batch => {
    const blend = (
      images: Tensor,
      strength: Range | undefined,
      baseOf: (x: Tensor) => Tensor | undefined,
    ) => {
      if (strength === undefined) return images;
      const factor = generator.uniform([images.shape[0]!, 1, 1, 1], ...factorsOf(strength));
      const base = baseOf(images);
      return clip(base === undefined ? images.mul(factor) : images.sub(base).mul(factor).add(base), 0, 1);
    };
    const bright = blend(batch.images, brightness, () => undefined);
    const contrasted = blend(bright, contrast, (x) => greyOf(x).mean([1, 2, 3], { keepDims: true }));
    return { ...batch, images: blend(contrasted, saturation, greyOf) };
  };
  return { kind: "change", name: "jitter", apply };
}
