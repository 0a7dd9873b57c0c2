// What every layer makes of one image. Knows nothing of pictures or files.
import { evaluation } from "../nn/layer.ts";
import { type LayerPass, observe } from "../nn/observe.ts";
import { zeros } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type Model, normalizeImages } from "../train/model.ts";
import { classesOf, forImages, type Images, type Numbers, oneImage } from "./images.ts";

/** A layer's output for one image: [C, h, w] with places, [features] without. */
export interface FeatureMap extends Numbers {
  /** Path of the layer in the net. */
  readonly layer: string;
  readonly type: string;
}

/** Every layer's pass but the whole net's, whose output is its last layer's. */
function innerPasses(model: Model, x: Tensor): LayerPass[] {
  const { passes } = observe(model.net, x, evaluation());
  return passes.filter(({ path, isContainer }) => path !== "" || !isContainer);
}

/**
 * The outputs of all layers for one image [C, H, W] of bytes, in the order they are computed; blocks of layers are among
 * them, so that what a shortcut adds can be seen. Throws `ShapeError` for an image of another shape.
 */
export async function featureMaps(model: Model, image: Images): Promise<FeatureMap[]> {
  const bytes = oneImage("featureMaps", model, image);
  const wanted = classesOf("featureMaps", model, undefined, 1);
  const results = await forImages(model, "featureMaps", bytes, wanted, (batch) => {
    const passes = innerPasses(model, normalizeImages(batch, model));
    return Object.fromEntries(passes.map(({ y }, i) => [String(i), y]));
  });
  // A placeholder tells the names: nothing is computed of it.
  return innerPasses(model, zeros([1, ...model.shape])).map(({ path, type }, i) => {
    const { shape, data } = results[String(i)]!;
    return { layer: path, type, shape: shape.slice(1), data };
  });
}
