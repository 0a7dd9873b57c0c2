// Looks into a net while it computes: every layer's input and output, under the layer's path in the net.
// Knows nothing of what is made of them.
import { ConfigError } from "../base/errors.ts";
import { nearestName } from "../base/nearest-name.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { apply, type Context, evaluation, joinPath, type Layer, typeOf } from "./layer.ts";

/** One layer at work. */
export interface LayerPass {
  /** Path in the net: `2`, `0.body.1`; the net itself has the empty path. */
  readonly path: string;
  /** What the layer calls itself: `conv2d`. */
  readonly type: string;
  readonly layer: Layer;
  readonly x: Tensor;
  readonly y: Tensor;
  /** True for a layer that only holds others. */
  readonly isContainer: boolean;
}

/** The path of every layer, plain functions included; of one used twice, the first. */
export function pathsOf(net: Layer): Map<Layer, string> {
  const paths = new Map<Layer, string>();
  const visit = (layer: Layer, path: string): void => {
    if (paths.has(layer)) return;
    paths.set(layer, path);
    const inside = typeof layer === "function" ? {} : (layer.children ?? {});
    for (const [name, child] of Object.entries(inside)) visit(child, joinPath(path, name));
  };
  visit(net, "");
  return paths;
}

/** True for a layer that only holds others. */
export const isContainer = (layer: Layer): boolean =>
  typeof layer !== "function" && layer.children !== undefined && layer.parameters === undefined;

/** y = net(x) and every layer's pass, in the order in which layers finish; in evaluation if no context is given. */
export function observe(
  net: Layer,
  x: Tensor,
  context: Context = evaluation(),
): { y: Tensor; passes: LayerPass[] } {
  const paths = pathsOf(net);
  const passes: LayerPass[] = [];
  const y = apply(net, x, {
    ...context,
    around(layer, input, forward) {
      const output = context.around === undefined ? forward() : context.around(layer, input, forward);
      const path = paths.get(layer) ?? "";
      const pass = { path, type: typeOf(layer), layer, x: input, y: output, isContainer: isContainer(layer) };
      passes.push(pass);
      return output;
    },
  });
  return { y, passes };
}

/** The first pass of the layer at `path`; throws `ConfigError` naming the layers there are. */
export function passAt(passes: readonly LayerPass[], path: string): LayerPass {
  const found = passes.find((pass) => pass.path === path);
  if (found !== undefined) return found;
  const known = passes.map((pass) => pass.path);
  const nearest = nearestName(path, known);
  const named = passes.filter((pass) => pass.path !== "").map((pass) => `${pass.path} (${pass.type})`);
  throw new ConfigError(
    `layer: the net has no layer "${path}". ${nearest ? `Did you mean "${nearest}"? ` : ""}The layers are ${named.join(", ")}.`,
    { path, nearest },
  );
}
