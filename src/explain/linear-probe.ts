// What a layer knows: how well a linear classifier tells the classes apart from the layer's output alone.
// Trains that classifier with fit(); the net itself stays as it is.
import { ConfigError } from "../base/errors.ts";
import type { ImageSet } from "../data/image-set.ts";
import { batchNorm1d } from "../nn/batch-norm.ts";
import { sequential } from "../nn/compose.ts";
import { evaluation } from "../nn/layer.ts";
import { observe, passAt } from "../nn/observe.ts";
import { flatten } from "../nn/plain.ts";
import { parametersOf } from "../nn/state.ts";
import { linear } from "../nn/weights.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { evaluate } from "../train/evaluate.ts";
import { fit } from "../train/fit.ts";
import { type Model, normalizePixels } from "../train/model.ts";
import type { FitOptions } from "../train/options.ts";

/** Which layer is probed, and how the probe is trained. */
export interface LinearProbeOptions
  extends Pick<FitOptions, "epochs" | "batchSize" | "optimizer" | "seed" | "signal"> {
  /** Path of the layer; "input" probes the normalised image itself. */
  readonly layer: string;
  /** What the probe is scored on; a tenth of the set, held out, unless given. */
  readonly test?: ImageSet;
}

/** What a linear classifier makes of a layer. */
export interface LinearProbe {
  readonly layer: string;
  /** Numbers the layer gives for an image. */
  readonly features: number;
  /** On the images the probe was not trained on. */
  readonly accuracy: number;
  readonly loss: number;
}

const INPUT = "input";

/** The output of a layer [N, …] for pixels in [0, 1], as a layer without parameters: nothing of the net is trained. */
function activationOf(model: Model, layer: string): (x: Tensor) => Tensor {
  return (pixels) => {
    const x = normalizePixels(pixels, model);
    if (layer === INPUT) return x;
    const { passes } = observe(model.net, x, evaluation());
    return passAt(passes, layer).y.detach();
  };
}

/**
 * A linear probe: softmax regression on the output of one layer, each feature brought to mean 0 and deviation 1, trained on
 * `set` while the net stays fixed (Alain & Bengio, "Understanding Intermediate Layers Using Linear Classifier Probes",
 * 2016). Five epochs unless told otherwise. Throws `ConfigError` for an unknown layer or a set that does not fit.
 */
export async function linearProbe(
  model: Model,
  set: ImageSet,
  options: LinearProbeOptions,
): Promise<LinearProbe> {
  const { layer, test, ...given } = options;
  if (set.shape.join() !== model.shape.join()) {
    throw new ConfigError(
      `linearProbe: the model takes ${model.shape.join("×")} images, the set has ${set.shape.join("×")}. Give a set like the one it was trained on.`,
      { model: model.shape, set: set.shape },
    );
  }
  const head = linear(set.classes.length);
  const probe = sequential(activationOf(model, layer), flatten(), batchNorm1d({ affine: false }), head);
  const data = { train: set, ...(test && { validation: test }) };
  const run = fit(probe, data, { epochs: 5, ...given, normalize: false });
  for await (const _ of run);
  const { accuracy, loss } = await evaluate(run.model, run.validation!);
  const { weight } = parametersOf(head) as { weight: Tensor };
  return { layer, features: weight.shape[1]!, accuracy, loss };
}
