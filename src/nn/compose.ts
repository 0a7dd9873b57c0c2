// Layers made of layers: one after another, and around a shortcut.
import { ConfigError, ShapeError } from "../base/errors.ts";
import { formatShape, sameShape } from "../base/shape.ts";
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
