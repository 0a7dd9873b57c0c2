// The image that excites one channel of a layer most, found by climbing its gradient from noise.
// Knows nothing of pictures or files.
import { ConfigError } from "../base/errors.ts";
import { RandomStream } from "../base/random.ts";
import { evaluation } from "../nn/layer.ts";
import { observe, passAt } from "../nn/observe.ts";
import { compile } from "../tensor/compile.ts";
import { arange, tensor, zeros } from "../tensor/create.ts";
import { clip } from "../tensor/elementwise.ts";
import { where } from "../tensor/functions.ts";
import { gradients } from "../tensor/gradients.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type Model, normalizePixels } from "../train/model.ts";
import { checkWhole, type Numbers } from "./images.ts";

/** What is excited, and how it is looked for. */
export interface MaximizeOptions {
  /** Path of the layer; the net itself, whose channels are the classes' logits, unless given. */
  readonly layer?: string;
  /** Which channel [C, h, w] or feature of the layer; 0 unless given. */
  readonly channel?: number;
  /** Steps of ascent; 200 unless given. */
  readonly steps?: number;
  /** Length of a step, as the root of the mean square over pixels in [0, 1]; 0.02 unless given. */
  readonly rate?: number;
  /** Weight of the penalty Σ(differences of neighbouring pixels)², relative to the steps; 0.05 unless given, 0 for none. */
  readonly smoothness?: number;
  /** Of the noise that is begun with; 1 unless given. */
  readonly seed?: number;
}

/** The image found. */
export interface Maximum {
  /** Pixels in [0, 1] [C, H, W]. */
  readonly image: Numbers;
  /** The channel's mean value before each step and after the last. */
  readonly activations: Float32Array;
  readonly layer: string;
  readonly channel: number;
}

/** The mean over places of one channel of y [1, C, …]. */
function channelOf(y: Tensor, layer: string, channel: number): Tensor {
  const count = y.shape[1] ?? 0;
  if (Number.isInteger(channel) && channel >= 0 && channel < count) {
    return y.slice(null, [channel, channel + 1]).mean();
  }
  throw new ConfigError(
    `maximize: channel ${channel} is unknown, ${layer === "" ? "the net" : `layer ${layer}`} has ${count}. ` +
      `Give one from 0 to ${count - 1}.`,
    { layer, channel, count },
  );
}

/** Unlikeness of neighbours: ½ Σ (x[i + 1] − x[i])² along both directions of images [1, C, H, W]. */
function roughness(x: Tensor): Tensor {
  const [, , height, width] = x.shape as [number, number, number, number];
  const down = x.slice(null, null, [1, height]).sub(x.slice(null, null, [0, height - 1]));
  const across = x.slice(null, null, null, [1, width]).sub(x.slice(null, null, null, [0, width - 1]));
  return down.square().sum().add(across.square().sum()).mul(0.5);
}

/** g with root mean square 1; 0 where it is 0. */
const unitLength = (g: Tensor): Tensor => g.div(g.square().mean().sqrt().maximum(1e-20));

/**
 * Activation maximisation: x ← x + η·g/rms(g) with g = ∂a/∂x, pixels held in [0, 1], a being the mean over places of the
 * channel (Erhan, Bengio, Courville, Vincent, "Visualizing Higher-Layer Features of a Deep Network", 2009); a pull toward
 * smoothness keeps the noise that excites without showing anything away. Throws `ConfigError` for an unknown layer or
 * channel or an option out of range.
 */
export async function maximize(model: Model, options: MaximizeOptions = {}): Promise<Maximum> {
  const { layer = "", channel = 0, steps = 200, rate = 0.02, smoothness = 0.05, seed = 1 } = options;
  checkWhole("maximize", "steps", steps, 1);
  for (const [name, value] of [["rate", rate] as const, ["smoothness", smoothness] as const]) {
    if (Number.isFinite(value) && value >= 0) continue;
    throw new ConfigError(`maximize: ${name} must be a number of at least 0, it is ${value}.`, {
      [name]: value,
    });
  }
  const random = new RandomStream(seed);
  const start = Float32Array.from({ length: zeros(model.shape).size }, () => random.uniform(0.4, 0.6));
  const pixels = tensor(start, { shape: [1, ...model.shape] });
  const history = tensor(new Float32Array(steps + 1));
  const position = tensor(new Int32Array(1));
  const climb = compile(() => {
    const { passes } = observe(model.net, normalizePixels(pixels, model), evaluation());
    const activation = channelOf(passAt(passes, layer).y, layer, channel);
    const slope = unitLength(gradients(activation, pixels));
    const pull =
      smoothness === 0 ? slope : slope.sub(gradients(roughness(pixels), pixels).mul(smoothness / rate));
    history.assign(where(arange(steps + 1).equal(position), activation, history));
    pixels.assign(clip(pixels.add(pull.mul(rate)), 0, 1));
    position.assign(position.add(1));
  });
  for (let left = steps; left > 0; ) left -= (await climb.repeat(left)).steps;
  const image = Float32Array.from(await pixels.data());
  // One step more tells the value at the end; the image is read before it.
  await climb();
  return {
    image: { shape: model.shape, data: image },
    activations: Float32Array.from(await history.data()),
    layer,
    channel,
  };
}
