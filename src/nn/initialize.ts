// Gives a net its parameters: sizes inferred by passing a placeholder through it, values drawn from a seed.
import { ConfigError } from "../base/errors.ts";
import { RandomStream } from "../base/random.ts";
import { checkShape, type Shape } from "../base/shape.ts";
import { zeros } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { apply, evaluation, type Layer, layersOf, typeOf } from "./layer.ts";

/** Called for every layer, in the order of the computation, with its input and output; batch axis 1. */
export type Visitor = (layer: Layer, x: Tensor, y: Tensor) => void;

/**
 * Passes a placeholder for one input of `inputShape` (without batch axis) through the net, building each layer on its
 * way. Nothing is computed: only shapes are inferred. Returns the placeholder of the output.
 */
export function passShape(net: Layer, inputShape: Shape, seed: number, visit?: Visitor): Tensor {
  const x = zeros([1, ...checkShape(inputShape, "initialize")]);
  const makers = layersOf(net).filter(({ layer }) => layer.build !== undefined);
  const streams = new Map<Layer, RandomStream>(
    makers.map(({ layer }, order) => [layer, new RandomStream(seed, order)]),
  );
  return apply(net, x, {
    ...evaluation(),
    around(layer, input, forward) {
      const random = streams.get(layer);
      if (typeof layer !== "function" && random !== undefined) layer.build?.(input.shape.slice(1), random);
      const y = forward();
      visit?.(layer, input, y);
      return y;
    },
  });
}

/**
 * Makes the net's parameters for inputs of `inputShape` (without batch axis) and returns the net. Each layer draws
 * from a stream of its own, RandomStream(seed, its place among those with parameters). Parameters that exist stay.
 */
export function initialize<L extends Layer>(
  net: L,
  inputShape: Shape,
  { seed = 0 }: { readonly seed?: number } = {},
): L {
  passShape(net, inputShape, seed);
  const missed = layersOf(net).find(({ layer }) => !isBuilt(layer));
  if (missed !== undefined) {
    throw new ConfigError(
      `initialize: layer ${missed.path} (${typeOf(missed.layer)}) was not reached. Run layers inside a layer with ` +
        `nn.apply(child, x, context).`,
      { path: missed.path },
    );
  }
  return net;
}

/** False for a layer that is still to make its parameters or buffers. */
export const isBuilt = (layer: Layer): boolean =>
  typeof layer === "function" ||
  layer.build === undefined ||
  [layer.parameters, layer.buffers].some((own) => Object.keys(own ?? {}).length > 0);
