// Where in the image a convolutional layer sees a class: Grad-CAM. Knows nothing of pictures or files.
import { ConfigError } from "../base/errors.ts";
import { formatShape } from "../base/shape.ts";
import { imageBytes } from "../data/image-set.ts";
import { evaluation, type Layer } from "../nn/layer.ts";
import { type LayerPass, observe, passAt } from "../nn/observe.ts";
import { zeros } from "../tensor/create.ts";
import { gradients } from "../tensor/gradients.ts";
import { resize } from "../tensor/resample.ts";
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

/** Where a layer sees a class. */
export interface GradCam {
  /** Path of the layer. */
  readonly layer: string;
  /** The map at the layer's own resolution [N, h, w], ≥ 0. */
  readonly map: Numbers;
  /** The map at the image's size [N, H, W], linearly between its places. */
  readonly heat: Numbers;
  readonly classes: Int32Array;
}

/** True for a layer whose weight is a set of filters [out, in, KH, KW]. */
const isConvolution = (layer: Layer): boolean =>
  typeof layer !== "function" && layer.parameters?.["weight"]?.rank === 4;

/**
 * Path of the layer that Grad-CAM looks at unless told otherwise: the last convolution, or what follows it with as many
 * places and channels: its normalisation, its activation, its block. Throws `ConfigError` where there is no convolution.
 */
function lastSpatialLayer(model: Model): string {
  const { passes } = observe(model.net, zeros([1, ...model.shape]), evaluation());
  const last = passes.findLastIndex(({ layer }) => isConvolution(layer));
  const shape = passes[last]?.y.shape.join();
  if (shape === undefined) {
    throw new ConfigError(
      "gradCam: the net has no convolution. Use saliency, or name a layer with channels and places.",
    );
  }
  const after = passes.slice(last);
  const end = after.findIndex(({ y }) => y.shape.join() !== shape);
  return after[(end < 0 ? after.length : end) - 1]!.path;
}

function checkSpatial({ path, type, y }: LayerPass): void {
  if (y.rank === 4) return;
  throw new ConfigError(
    `gradCam: layer ${path} (${type}) gives ${formatShape(y.shape.slice(1))}, which has no places. Name a layer that gives [C, h, w].`,
    { layer: path, shape: y.shape },
  );
}

/**
 * Grad-CAM: L = relu(Σₖ αₖAₖ) with αₖ = mean over the places of ∂S_c/∂Aₖ, A [K, h, w] being the layer's output and S_c the
 * class's logit (Selvaraju et al., "Grad-CAM", 2017). If left out, the layer is the last convolution with its activation
 * and the class the likeliest. Throws `ConfigError` for a layer that has no places and for an unknown layer or class.
 */
export async function gradCam(
  model: Model,
  images: Images,
  options: { readonly layer?: string; readonly class?: ClassChoice } = {},
): Promise<GradCam> {
  const bytes = bytesOf("gradCam", model, images);
  const wanted = classesOf("gradCam", model, options.class, bytes.length / imageBytes(model));
  const layer = options.layer ?? lastSpatialLayer(model);
  const { map, heat, classes } = await forImages(model, `gradCam ${layer}`, bytes, wanted, (batch, want) => {
    const { y: logits, passes } = observe(model.net, normalizeImages(batch, model), evaluation());
    const pass = passAt(passes, layer);
    checkSpatial(pass);
    const { classes, score } = chosenLogits(logits, want);
    const weights = gradients(score, pass.y).mean([2, 3], { keepDims: true });
    const map = pass.y.mul(weights).sum(1, { keepDims: true }).relu();
    const [, height, width] = model.shape;
    return { map: map.squeeze(1), heat: resize(map, [height, width]).squeeze(1), classes };
  });
  return { layer, map, heat, classes: Int32Array.from(classes.data) };
}
