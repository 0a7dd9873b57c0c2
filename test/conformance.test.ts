// Generated from the op registry: every sample of every op on every device against the reference, and every
// gradient rule against central differences in float64.
import { describe, expect, it } from "vitest";
import { isFloating } from "../src/base/dtype.ts";
import { RandomStream } from "../src/base/random.ts";
import { sizeOf } from "../src/base/shape.ts";
import { gradient } from "../src/compile/gradient.ts";
import { evaluate } from "../src/device/reference/evaluate.ts";
import type { Node } from "../src/ir/node.ts";
import { mul } from "../src/ops/arithmetic.ts";
import { sum } from "../src/ops/broadcast.ts";
import { readSlot } from "../src/ops/leaf.ts";
import { registry } from "../src/ops/registry.ts";
import { type Bound, deviceNames, deviceOf, expectClose, randomSlot, runOn, sampleGraph } from "./devices.ts";

const cases = registry.flatMap((op) =>
  op.samples.map((sample, i) => ({ name: `${op.name} #${i}`, op, sample, seed: i + 1 })),
);

describe.each(deviceNames)("values on %s", (name) => {
  it.each(cases)("$name", async ({ op, sample, seed }) => {
    const { node, bound } = sampleGraph(op, sample, seed);
    const graph = { outputs: [node], updates: [] };
    const { outputs } = await runOn(await deviceOf(name), graph, bound);
    const [wanted] = evaluate(graph, bound);
    expectClose(outputs[0]!, wanted!, name === "reference" ? 0 : 4e-6, `${op.name} on ${name}`);
  });
});

/** Σ weight · node: a scalar whose gradient uses every element of dy. */
function scalarOf(
  node: Node,
  bound: Map<Bound extends ReadonlyMap<infer S, unknown> ? S : never, Float64Array>,
): Node {
  const [slot, weights] = randomSlot({ shape: node.shape }, new RandomStream(99));
  bound.set(slot, weights);
  return sum(
    mul(node, readSlot(slot)),
    node.shape.map((_, axis) => axis),
  );
}

const MOST_ELEMENTS = 64;

/** Unit vectors to differentiate along: each axis of a small array, random ones, all elements in each, of a large. */
function directionsOf(size: number): Float64Array[] {
  if (size <= MOST_ELEMENTS) return Array.from({ length: size }, (_, i) => new Float64Array(size).with(i, 1));
  const random = new RandomStream(98);
  return Array.from({ length: 16 }, () => {
    const parts = Float64Array.from({ length: size }, () => random.normal());
    const length = Math.hypot(...parts);
    return parts.map((part) => part / length);
  });
}

describe("gradients", () => {
  const differentiable = cases.filter(({ op, sample, seed }) => {
    const { node, inputs } = sampleGraph(op, sample, seed);
    return (
      op.gradient !== undefined &&
      [node, ...inputs].every(
        (x) =>
          isFloating(x.dtype) || x.dtype === "int32" || op.name === "where" || op.name.startsWith("maxPool"),
      ) &&
      isFloating(node.dtype)
    );
  });

  it.each(differentiable)("$name", ({ op, sample, seed }) => {
    const { node, bound: given, inputs } = sampleGraph(op, sample, seed);
    const bound = new Map(given);
    const root = scalarOf(node, bound);
    const wrt = inputs.filter((input) => isFloating(input.dtype));
    const value = (at: Bound) => evaluate({ outputs: [root], updates: [] }, at)[0]![0]!;
    const analytic = evaluate({ outputs: gradient(root, wrt), updates: [] }, bound);
    wrt.forEach((input, k) => {
      const slot = [...given.keys()][inputs.indexOf(input)]!;
      const at = bound.get(slot)!;
      for (const [i, direction] of directionsOf(sizeOf(input.shape)).entries()) {
        const moved = (step: number) =>
          new Map(bound).set(
            slot,
            at.map((x, j) => x + step * direction[j]!),
          );
        const h = 1e-5;
        const numeric = (value(moved(h)) - value(moved(-h))) / (2 * h);
        const slope = direction.reduce((total, part, j) => total + part * analytic[k]![j]!, 0);
        const error = Math.abs(slope - numeric) / Math.max(1, Math.abs(numeric));
        expect(
          error,
          `∂${op.name}/∂input ${k} along direction ${i}: ${slope} against ${numeric}`,
        ).toBeLessThan(1e-7);
      }
    });
  });

  const smooth = [
    "mul",
    "div",
    "exp",
    "log",
    "tanh",
    "sigmoid",
    "sqrt",
    "square",
    "pow",
    "matmul",
    "conv2d",
    "conv2dInputGrad",
    "conv2dWeightGrad",
    "avgPool2d",
    "maxPool2d",
    "maxPool2dGrad",
    "maxPool2dPick",
    "softplus",
    "atan2",
    "prod",
    "gatherAlong",
    "scatterAlong",
    "cumsum",
    "gridSampleInputGrad",
    "gather",
    "slice",
    "permute",
    "sum",
  ];
  it.each(differentiable.filter(({ op, seed }) => smooth.includes(op.name) && seed === 1))(
    "second derivatives of $name",
    ({ op, sample, seed }) => {
      const { node, bound: given, inputs } = sampleGraph(op, sample, seed);
      const bound = new Map(given);
      const [x] = inputs as [Node];
      // Squared, so that linear ops have a second derivative to check too.
      const [first] = gradient(scalarOf(mul(node, node), bound), [x]);
      const root = scalarOf(first!, bound);
      const [analytic] = evaluate({ outputs: gradient(root, [x]), updates: [] }, bound);
      const slot = [...given.keys()][0]!;
      const value = (delta: number) =>
        evaluate(
          { outputs: [root], updates: [] },
          new Map(bound).set(slot, bound.get(slot)!.with(0, bound.get(slot)![0]! + delta)),
        )[0]![0]!;
      const numeric = (value(1e-5) - value(-1e-5)) / 2e-5;
      expect(Math.abs(analytic![0]! - numeric) / Math.max(1, Math.abs(numeric))).toBeLessThan(1e-7);
    },
  );
});
