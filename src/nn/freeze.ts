// Layers held fixed in training: their parameters are kept out of what an optimiser gets. Knows nothing of optimisers.
import { type Layer, layersOf } from "./layer.ts";

const frozen = new WeakSet<Layer>();

/**
 * Holds the parameters of a layer and of all inside it fixed: `parametersOf(net, { trainable: true })` leaves them out.
 * Returns the layer. Buffers are not parameters: batch norm's running statistics go on moving.
 */
export function freeze<L extends Layer>(layer: L): L {
  for (const { layer: inner } of layersOf(layer)) frozen.add(inner);
  return layer;
}

/** Lets the parameters of a layer and of all inside it be trained again. Returns the layer. */
export function unfreeze<L extends Layer>(layer: L): L {
  for (const { layer: inner } of layersOf(layer)) frozen.delete(inner);
  return layer;
}

/** True for a layer whose own parameters are held fixed. */
export const isFrozen = (layer: Layer): boolean => frozen.has(layer);
