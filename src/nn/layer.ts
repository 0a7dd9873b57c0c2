// What a layer is: a function of a tensor, or an object with forward() and optional members that name its parameters.
// Knows nothing of particular layers.
import { ConfigError } from "../base/errors.ts";
import type { RandomStream } from "../base/random.ts";
import type { Shape } from "../base/shape.ts";
import { Origin, within } from "../ir/origin.ts";
import { defaultGenerator, type Generator } from "../tensor/random.ts";
import { Tensor } from "../tensor/tensor.ts";

/** How a forward pass is done. */
export interface Context {
  /** True while training: dropout drops. */
  readonly training: boolean;
  /** Where layers draw their random numbers from. */
  readonly generator: Generator;
  /** Called by `apply` in place of every layer's forward pass, which it must return; lets one watch a net layer by layer. */
  readonly around?: (layer: Layer, x: Tensor, forward: () => Tensor) => Tensor;
}

/** A layer with a name, parameters, or layers inside it. */
export interface LayerObject {
  /** y for a batch x. Evaluation with the default generator if no context is given. */
  forward(x: Tensor, context?: Context): Tensor;
  /** Label in summaries: `linear`. */
  readonly type?: string;
  /** Makes `parameters` when the shape of one input, without the batch axis, is first known; does nothing after that. */
  build?(input: Shape, random: RandomStream): void;
  /** The layer's own parameters by their names in PyTorch, none before `build`. */
  readonly parameters?: Record<string, Tensor>;
  /** Values that are saved with the layer and that no gradient reaches. */
  readonly buffers?: Record<string, Tensor>;
  /** Layers inside this one by name; they must be run with `apply`. */
  readonly children?: Readonly<Record<string, Layer>>;
  /** Floating-point operations of the forward pass for one input: 2 for each multiplication with its addition. */
  flops?(input: Shape, output: Shape): number;
}

/** A layer: an object with `forward`, or just a function of a tensor. */
export type Layer = LayerObject | ((x: Tensor, context: Context) => Tensor);

/** The context of evaluation: nothing is dropped. */
export const evaluation = (): Context => ({ training: false, generator: defaultGenerator() });

/** The context of training, with randomness from `generator`. */
export const training = (generator: Generator = defaultGenerator()): Context => ({
  training: true,
  generator,
});

const origins = new WeakMap<Layer, Origin>();

/** Where the nodes come from that a layer makes, those of layers inside it left out. */
export function originOf(layer: Layer): Origin {
  const origin = origins.get(layer) ?? new Origin(typeOf(layer));
  origins.set(layer, origin);
  return origin;
}

/** Throws ConfigError for what is neither a function nor an object with `forward`. */
export function checkLayer(layer: Layer, op: string): void {
  if (typeof layer === "function" || typeof layer?.forward === "function") return;
  throw new ConfigError(
    `${op}: ${String(layer)} is no layer. Give a function of a tensor or an object with forward(x), as nn.sequential() makes.`,
  );
}

/** y = layer(x); in evaluation if no context is given. */
export function apply(layer: Layer, x: Tensor, context: Context = evaluation()): Tensor {
  checkLayer(layer, "apply");
  const forward = () => {
    const y = within(originOf(layer), () =>
      typeof layer === "function" ? layer(x, context) : layer.forward(x, context),
    );
    if (y instanceof Tensor) return y;
    throw new ConfigError(
      `apply: layer ${typeOf(layer)} gives ${typeof y}, no tensor. Return one; a layer of nn is called first: nn.relu(), not nn.relu.`,
      { layer: typeOf(layer) },
    );
  };
  return context.around === undefined ? forward() : context.around(layer, x, forward);
}

/** A layer and its path in the net: `2`, `0.body.1`; the net itself has the empty path. */
export interface NamedLayer {
  readonly path: string;
  readonly layer: LayerObject;
}

/** `name` within `path`. */
export const joinPath = (path: string, name: string): string => (path === "" ? name : `${path}.${name}`);

/** Every layer object of a net, parents before children, each once even where it is used twice. */
export function layersOf(net: Layer): NamedLayer[] {
  checkLayer(net, "net");
  const seen = new Set<Layer>();
  const visit = (layer: Layer, path: string): NamedLayer[] => {
    if (typeof layer === "function" || seen.has(layer)) return [];
    seen.add(layer);
    const inside = Object.entries(layer.children ?? {});
    return [{ path, layer }, ...inside.flatMap(([name, child]) => visit(child, joinPath(path, name)))];
  };
  return visit(net, "");
}

/** What a layer calls itself: its type, its class or function's name, else "function". */
export function typeOf(layer: Layer): string {
  if (typeof layer === "function") return layer.name || "function";
  const { name } = layer.constructor;
  return layer.type ?? (name === "Object" ? "layer" : name);
}
