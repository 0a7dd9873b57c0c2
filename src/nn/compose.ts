// Layers made of layers: one after another, and around a shortcut.
import { ConfigError, ShapeError } from "../base/errors.ts";
import { formatShape, sameShape } from "../base/shape.ts";
import { concat } from "../tensor/functions.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { apply, type Layer, type LayerObject } from "./layer.ts";

function childrenOf(layers: readonly Layer[], op: string): Record<string, Layer> {
  const odd = layers.findIndex(
    (layer) => typeof layer !== "function" && typeof layer?.forward !== "function",
  );
  if (odd >= 0) {
    throw new ConfigError(
      `${op}: argument ${odd} is no layer. Give functions of a tensor or objects with forward(x), as in nn.relu().`,
      { index: odd },
    );
  }
  return Object.fromEntries(layers.map((layer, i) => [String(i), layer]));
}

/** Layers one after another, named 0, 1, 2, … */
export function sequential(...layers: readonly Layer[]): LayerObject {
  return {
    type: "sequential",
    children: childrenOf(layers, "sequential"),
    forward: (x, context) => layers.reduce((value, layer) => apply(layer, value, context), x),
  };
}

/** x + f(x), f being the layers one after another, which must keep the shape (He et al., "Deep Residual Learning", 2015). */
export function residual(...layers: readonly Layer[]): LayerObject {
  return {
    type: "residual",
    children: childrenOf(layers, "residual"),
    forward(x, context) {
      const y = layers.reduce((value, layer) => apply(layer, value, context), x);
      if (!sameShape(y.shape, x.shape)) {
        throw new ShapeError(
          `residual: the layers turn ${formatShape(x.shape)} into ${formatShape(y.shape)}. Keep the shape: ` +
            `padding "same", stride 1, as many filters as channels.`,
          { input: x.shape, output: y.shape },
        );
      }
      return x.add(y);
    },
  };
}

/** Options of parallel. */
export interface ParallelOptions {
  /** Whether the branches' results are put one after another or added; "concat" unless given. */
  readonly join?: "concat" | "sum";
  /** Along which axis they are put; 1, the channels, unless given. */
  readonly axis?: number;
}

/** Layers that all take the same input, named 0, 1, 2, …; their results concatenated along `axis`, or summed. */
export function parallel(
  branches: readonly Layer[],
  { join = "concat", axis = 1 }: ParallelOptions = {},
): LayerObject {
  if (branches.length === 0) {
    throw new ConfigError(
      "parallel: there are no branches. Give at least one layer, as in [nn.conv2d(8, 3)].",
    );
  }
  if (join !== "concat" && join !== "sum") {
    throw new ConfigError(`parallel: join "${String(join)}" is unknown. Use "concat" or "sum".`, { join });
  }
  return {
    type: "parallel",
    children: childrenOf(branches, "parallel"),
    forward(x, context) {
      const results = branches.map((branch) => apply(branch, x, context));
      if (join === "concat") return concat(results, axis);
      const [first, ...others] = results as [Tensor, ...Tensor[]];
      const odd = others.find((y) => !sameShape(y.shape, first.shape));
      if (odd !== undefined) {
        throw new ShapeError(
          `parallel: branches give ${formatShape(first.shape)} and ${formatShape(odd.shape)}, which cannot be summed. ` +
            `Let all give one shape, or use join "concat".`,
          { shapes: results.map(({ shape }) => shape) },
        );
      }
      return others.reduce((sum, y) => sum.add(y), first);
    },
  };
}
