// Which pixels a class hangs on: the gradient of its logit by the image. Knows nothing of pictures or files.

import { imageBytes } from "../data/image-set.ts";
import { apply, evaluation } from "../nn/layer.ts";
import { tensor } from "../tensor/create.ts";
import { gradients } from "../tensor/gradients.ts";
import { type Model, normalizeImages } from "../train/model.ts";
import {
  bytesOf,
  type ClassChoice,
  chosenLogits,
  classesOf,
  forImages,
  type Images,
  type Numbers,
} from "./images.ts";

/** Gradients of class scores by images. */
export interface Saliency {
  /** ∂S/∂pixel [N, C, H, W], pixels in [0, 1]. */
  readonly gradient: Numbers;
  /** The largest |∂S/∂pixel| over the channels [N, H, W]. */
  readonly magnitude: Numbers;
  /** The class explained, for each image. */
  readonly classes: Int32Array;
}

/**
 * Saliency maps: G = ∂S_c/∂x of the logit S_c by the pixels x in [0, 1], and M = max over channels |G| (Simonyan, Vedaldi,
 * Zisserman, "Deep Inside Convolutional Networks", 2013). Images are bytes [N, C, H, W]; `class` is the likeliest if left
 * out. Throws `ShapeError` for images of another shape, `ConfigError` for an unknown class.
 */
export async function saliency(
  model: Model,
  images: Images,
  options: { readonly class?: ClassChoice } = {},
): Promise<Saliency> {
  const bytes = bytesOf("saliency", model, images);
  const wanted = classesOf("saliency", model, options.class, bytes.length / imageBytes(model));
  const { gradient, magnitude, classes } = await forImages(
    model,
    "saliency",
    bytes,
    wanted,
    (batch, want) => {
      const x = normalizeImages(batch, model);
      const { classes, score } = chosenLogits(apply(model.net, x, evaluation()), want);
      // x = (pixel − mean) / deviation, so that ∂x/∂pixel is one factor a channel.
      const factors = model.normalization.deviation.map((deviation) => 1 / (deviation || 1));
      const gradient = gradients(score, x).mul(tensor(factors, { shape: [factors.length, 1, 1] }));
      return { gradient, magnitude: gradient.abs().max(1), classes };
    },
  );
  return { gradient, magnitude, classes: Int32Array.from(classes.data) };
}
