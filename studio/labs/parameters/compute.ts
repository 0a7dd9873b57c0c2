// What the lab of parameters computes: a dense net made by the engine, and the tensors it really holds. Runs in a worker
// and in Node alike.
import { ConfigError, describe, initialize, nn } from "nabla";
import { expectedParameters, type LayerCount, MOST_PARAMETERS } from "./nets.ts";

/** The dense layers of a net of these sizes, with the tensors that the engine made for each. */
export function countLayers(sizes: readonly number[]): LayerCount[] {
  const expected = expectedParameters(sizes);
  if (expected > MOST_PARAMETERS) {
    throw new ConfigError(
      `net: ${sizes.join("-")} has ${expected} parameters, at most ${MOST_PARAMETERS} are made here. Take smaller layers.`,
    );
  }
  const net = nn.sequential(
    ...sizes
      .slice(1)
      .flatMap((size, i) => (i === sizes.length - 2 ? [nn.linear(size)] : [nn.linear(size), nn.relu()])),
  );
  initialize(net, [sizes[0]!], { seed: 1 });
  const tensors = Object.entries(nn.parametersOf(net));
  return describe(net, [sizes[0]!])
    .filter(({ parameters }) => parameters > 0)
    .map(({ name, parameters, flops }, i) => ({
      ...{ name, parameters, flops, inputs: sizes[i]!, outputs: sizes[i + 1]! },
      tensors: tensors
        .filter(([path]) => path.startsWith(`${name}.`))
        .map(([path, { shape, size }]) => ({ name: path, shape: [...shape], size })),
    }));
}
