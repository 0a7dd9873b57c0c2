// A model: a net together with what it needs to read images. Knows nothing of training or files.
import { ConfigError, ShapeError } from "../base/errors.ts";
import { nearestName } from "../base/nearest-name.ts";
import type { ImageSource } from "../data/image-set.ts";
import { type ChannelStatistics, channelStatistics } from "../data/statistics.ts";
import { initialize } from "../nn/initialize.ts";
import { apply, evaluation, type Layer } from "../nn/layer.ts";
import { zoo } from "../nn/zoo.ts";
import { tensor } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** A net with parameters, the images it takes, the classes it tells apart, and how pixels are normalised for it. */
export interface Model {
  readonly net: Layer;
  /** Name of the net in the zoo, if it is one: what a saved model is built up again from. */
  readonly zoo?: string;
  /** Shape of one image: channels, height, width. */
  readonly shape: readonly [number, number, number];
  readonly classes: readonly string[];
  /** Pixels, scaled to [0, 1], have this mean taken off and are divided by this deviation, channel by channel. */
  readonly normalization: ChannelStatistics;
}

/** What a model is made for beside its net. */
export type ModelDescription = Omit<Model, "net">;

/** Throws ConfigError for a bare net, which lacks what a model knows of its images. */
export function checkModel(model: Model, op: string): void {
  if (model?.net !== undefined && Array.isArray(model.shape)) return;
  throw new ConfigError(
    `${op}: takes a model, not a bare net. Take that of a run, fit(…).model, or make one: createModel(net, set).`,
  );
}

/** Statistics that leave pixels in [0, 1] as they are. */
export const identityStatistics = (channels: number): ChannelStatistics => ({
  mean: new Array<number>(channels).fill(0),
  deviation: new Array<number>(channels).fill(1),
});

/** The net of this name in the zoo, without parameters; throws `ConfigError`, naming the nearest, for another name. */
export function netOfZoo(
  name: string,
  { shape, classes }: Pick<ModelDescription, "shape" | "classes">,
): Layer {
  const make = Object.hasOwn(zoo, name) ? zoo[name] : undefined;
  if (make !== undefined) return make({ classes: classes.length, shape });
  const names = Object.keys(zoo);
  const nearest = nearestName(name, names);
  throw new ConfigError(
    `model: "${name}" is unknown. ${nearest ? `Did you mean "${nearest}"? ` : ""}Use one of ${names.join(", ")}.`,
    { name, nearest },
  );
}

/** How a model is made. */
export interface ModelOptions {
  /** Of the first values of the parameters; 1 if left out. Parameters that the net has already stay. */
  readonly seed?: number;
  /** Whether pixels are normalised by the statistics of `set`; true if left out. */
  readonly normalize?: boolean;
}

/** The model of a net, or of a name in the zoo, for images like those of `set`; throws where the net does not fit them. */
export function createModel(
  net: Layer | string,
  set: ImageSource,
  { seed = 1, normalize = true }: ModelOptions = {},
): Model {
  const { shape, classes } = set;
  const layer = typeof net === "string" ? netOfZoo(net, set) : net;
  initialize(layer, shape, { seed });
  checkOutput(layer, set);
  const normalization = normalize ? channelStatistics(set) : identityStatistics(shape[0]);
  return { net: layer, ...(typeof net === "string" && { zoo: net }), shape, classes, normalization };
}

function checkOutput(net: Layer, { shape, classes }: ImageSource): void {
  const y = apply(net, tensor(new Float32Array(shape[0] * shape[1] * shape[2]), { shape: [1, ...shape] }));
  if (y.rank === 2 && y.shape[1] === classes.length) return;
  throw new ShapeError(
    `model: the net gives ${y.shape.slice(1).join("×") || "one number"} for an image, the data set has ` +
      `${classes.length} classes. End the net with nn.linear(${classes.length}).`,
    { shape: y.shape, classes: classes.length },
  );
}

/** The layer's input for pixels x from 0 to `top`: (x/top − mean) / deviation, channel by channel; float32 [N, C, H, W]. */
export function normalizePixels(pixels: Tensor, { normalization }: ModelDescription, top = 1): Tensor {
  // A constant channel has no deviation; it becomes 0 everywhere.
  const scale = normalization.deviation.map((deviation) => 1 / (deviation || 1));
  const column = (values: readonly number[]) => tensor(values, { shape: [values.length, 1, 1] });
  return pixels
    .mul(column(scale.map((value) => value / top)))
    .add(column(scale.map((value, channel) => -normalization.mean[channel]! * value)));
}

/** The layer's input for bytes [N, C·H·W]: pixels (x/255 − mean) / deviation as float32 [N, C, H, W]. */
export const normalizeImages = (bytes: Tensor, model: ModelDescription): Tensor =>
  normalizePixels(bytes.reshape(bytes.shape[0]!, ...model.shape).cast("float32"), model, 255);

/** The logits [N, K] of bytes [N, C·H·W], as in evaluation. */
export const logitsOf = (model: Model, bytes: Tensor): Tensor =>
  apply(model.net, normalizeImages(bytes, model), evaluation());
