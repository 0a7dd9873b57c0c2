// The lecture's counts, on the engine's own tensors.
import { expect, test } from "vitest";
import { countLayers } from "./compute.ts";
import { expectedParameters, PRESETS } from "./nets.ts";

test("(784 + 1)·1000 = 785 000 and (1000 + 1)·10 = 10 010", () => {
  const layers = countLayers([784, 1000, 10]);
  expect(layers.map(({ parameters }) => parameters)).toEqual([785_000, 10_010]);
  expect(layers[0]!.tensors.map(({ name, shape }) => [name, shape])).toEqual([
    ["0.weight", [1000, 784]],
    ["0.bias", [1000]],
  ]);
});

test.each(PRESETS.map((sizes) => [sizes]))("the tensors of %j hold what the formula says", (sizes) => {
  const layers = countLayers(sizes);
  const held = layers.flatMap(({ tensors }) => tensors).reduce((sum, { size }) => sum + size, 0);
  expect(held).toBe(expectedParameters(sizes));
  expect(layers.reduce((sum, { parameters }) => sum + parameters, 0)).toBe(held);
});

test("a net too large for a browser is refused before it is made", () => {
  expect(() => countLayers([4000, 4000, 4000])).toThrow(
    "32008000 parameters, at most 20000000 are made here",
  );
});
