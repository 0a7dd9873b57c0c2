// What a net has learned, read off its weights: filters, and templates of dense layers that see the image itself.
// Knows nothing of pictures or files.
import { ConfigError } from "../base/errors.ts";
import { formatShape } from "../base/shape.ts";
import { evaluation } from "../nn/layer.ts";
import { observe, passAt } from "../nn/observe.ts";
import { zeros } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Model } from "../train/model.ts";
import type { Numbers } from "./images.ts";

/** Weights of one layer as pictures. */
export interface WeightPictures extends Numbers {
  /** Path of the layer in the net. */
  readonly layer: string;
}

const weightOf = (layer: unknown): Tensor | undefined =>
  (layer as { parameters?: Record<string, Tensor> }).parameters?.["weight"];

const passesOf = (model: Model) => observe(model.net, zeros([1, ...model.shape]), evaluation()).passes;

/**
 * The filters [out, in, KH, KW] of a convolution, the first one unless `layer` names another. Throws `ConfigError` where
 * there is no such layer or it has no filters.
 */
export async function filters(model: Model, layer?: string): Promise<WeightPictures> {
  const passes = passesOf(model);
  const pass =
    layer === undefined ? passes.find((each) => weightOf(each.layer)?.rank === 4) : passAt(passes, layer);
  const weight = pass && weightOf(pass.layer);
  if (pass === undefined || weight?.rank !== 4) {
    const which =
      pass === undefined ? "the net has no convolution" : `layer ${pass.path} (${pass.type}) has no filters`;
    throw new ConfigError(`filters: ${which}. Name a convolution, or use templates for dense layers.`, {
      layer,
    });
  }
  return { layer: pass.path, shape: weight.shape, data: Float32Array.from(await weight.data()) };
}

/**
 * The rows of the first layer's weight as images [out, C, H, W]: for a linear net one template a class, what it adds up
 * being Σ template · x with x the normalised image. Throws `ConfigError` unless the first layer with a weight is dense and
 * sees every pixel.
 */
export async function templates(model: Model): Promise<WeightPictures> {
  const pass = passesOf(model).find(({ layer }) => weightOf(layer) !== undefined);
  const weight = pass && weightOf(pass.layer);
  const pixels = model.shape[0] * model.shape[1] * model.shape[2];
  if (pass === undefined || weight?.rank !== 2 || weight.shape[1] !== pixels) {
    const found = weight === undefined ? "there is no weight" : `its weight is ${formatShape(weight.shape)}`;
    throw new ConfigError(
      `templates: the first layer must be dense and see all ${pixels} pixels; ${found}. Use filters for convolutions.`,
      { pixels, shape: weight?.shape },
    );
  }
  const shape = [weight.shape[0]!, ...model.shape];
  return { layer: pass.path, shape, data: Float32Array.from(await weight.data()) };
}
