// Images mixed in pairs, and their labels with them: mixup and cutmix. Each image meets the one before it in the batch,
// whose order is random already.

import { roll } from "../../tensor/arrange.ts";
import { oneHot, where } from "../../tensor/functions.ts";
import type { Generator } from "../../tensor/random.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Batch, Change } from "./augmentation.ts";
import { drawBeta } from "./beta.ts";
import { insideBoxes } from "./box.ts";
import { checkOptions } from "./catalog.ts";

/** Options of mixup and cutmix. */
export interface MixOptions {
  /** Of the distribution Beta(α, α) of the share that an image keeps: 1 is even, below 1 mostly near 0 or 1. */
  readonly alpha?: number | undefined;
  /** Probability for each image, 1 if left out. */
  readonly p?: number | undefined;
}

/** Labels [N] or shares [N, K] mixed with those of the partners: λ·t + (1 − λ)·t′, float32 [N, K]. */
function mixLabels({ labels, classes }: Batch, kept: Tensor): Tensor {
  const shares = labels.rank === 1 ? oneHot(labels, classes) : labels;
  const share = kept.reshape(kept.size, 1);
  return shares.mul(share).add(roll(shares, 1).mul(share.neg().add(1)));
}

/** The share that each image keeps, [N, 1, 1, 1]: 1 where it is not chosen. */
function drawShares(count: number, alpha: number, p: number, generator: Generator): Tensor {
  const shares = drawBeta(alpha, count, generator).reshape(count, 1, 1, 1);
  return where(generator.uniform([count, 1, 1, 1]).less(p), shares, 1);
}

/** λ·x + (1 − λ)·x′ of each image and its partner, with λ of Beta(α, α), α = 0.2 if left out, drawn for each (Zhang et al. 2017). */
export function mixup(options: MixOptions = {}): Change {
  checkOptions("mixup", options);
  const { alpha = 0.2, p = 1 } = options;
  const apply = (batch: Batch, generator: Generator): Batch => {
    const { images } = batch;
    const kept = drawShares(images.shape[0]!, alpha, p, generator);
    const mixed = images.mul(kept).add(roll(images, 1).mul(kept.neg().add(1)));
    return { ...batch, images: mixed, labels: mixLabels(batch, kept) };
  };
  return { kind: "change", name: "mixup", apply };
}

/**
 * A box of the partner pasted into each image (Yun et al. 2019): of the share 1 − λ of the area, with λ of Beta(α, α),
 * α = 1 if left out, about any point and cut off at the edges. Labels are mixed by the area that is really kept.
 */
export function cutmix(options: MixOptions = {}): Change {
  checkOptions("cutmix", options);
  const { alpha = 1, p = 1 } = options;
  const apply = (batch: Batch, generator: Generator): Batch => {
    const { images } = batch;
    const [count, , h, w] = images.shape as [number, number, number, number];
    const side = drawShares(count, alpha, p, generator).neg().add(1).sqrt();
    /** First and last position along an axis of `room` pixels. */
    const span = (room: number): [Tensor, Tensor] => {
      const centre = generator.uniform([count, 1, 1, 1]).mul(room).floor();
      const half = side.mul(room / 2).floor();
      return [centre.sub(half).maximum(0), centre.add(half).minimum(room)];
    };
    const [[top, bottom], [left, right]] = [span(h), span(w)];
    const pasted = bottom.sub(top).mul(right.sub(left));
    const isInside = insideBoxes({ top, bottom, left, right }, h, w);
    const kept = pasted.mul(-1 / (h * w)).add(1);
    return { ...batch, images: where(isInside, roll(images, 1), images), labels: mixLabels(batch, kept) };
  };
  return { kind: "change", name: "cutmix", apply };
}
