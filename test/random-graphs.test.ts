// Random graphs, compiled with every pass, against the oracle that uses none: fusion, layouts, views, placement,
// updates of slots and shared memory. A failure prints the seed and the graph.
import { describe, expect, it } from "vitest";
import { RandomStream } from "../src/base/random.ts";
import { sizeOf } from "../src/base/shape.ts";
import { compileGraph } from "../src/compile/compile.ts";
import { gradient } from "../src/compile/gradient.ts";
import { evaluate } from "../src/device/reference/evaluate.ts";
import type { Graph, Node, Slot } from "../src/ir/node.ts";
import { printGraph } from "../src/ir/print.ts";
import { add, maximum, mul, square, sub } from "../src/ops/arithmetic.ts";
import { expand, sum } from "../src/ops/broadcast.ts";
import { conv2d } from "../src/ops/conv.ts";
import { relu, sigmoid, tanh } from "../src/ops/elementary.ts";
import { constant, readSlot } from "../src/ops/leaf.ts";
import { matmul } from "../src/ops/linalg.ts";
import { maxPool2d } from "../src/ops/pool.ts";
import { max } from "../src/ops/reduce.ts";
import { concat, embed, permute, reshape, slice } from "../src/ops/view.ts";
import { deviceOf, expectClose, randomSlot, runOn } from "./devices.ts";

const SIZES = [1, 2, 3, 4, 6];
const unary = [tanh, sigmoid, relu, square];
const binary = [add, sub, mul, maximum];

/** One random step: a new node from nodes there are. */
function grow(nodes: readonly Node[], random: RandomStream): Node {
  const x = random.choice(nodes);
  const rank = x.shape.length;
  const axis = random.integer(rank);
  const same = nodes.filter((node) => node.shape.join() === x.shape.join());
  const kinds: (() => Node)[] = [
    () => random.choice(unary)(x),
    () => random.choice(unary)(x),
    () => random.choice(binary)(x, random.choice(same)),
    () => random.choice(binary)(x, random.choice(same)),
    () => mul(x, constant(0.5, x.shape)),
    () => permute(x, [...random.permutation(rank)]),
    () => reshape(x, [x.shape[0]! * x.shape[1]!, ...x.shape.slice(2), 1]),
    () => reshape(x, [...x.shape].reverse()),
    () => expand(sum(x, [axis]), x.shape),
    () => sub(x, expand(max(x, [axis]), x.shape)),
    () =>
      slice(
        x,
        x.shape.map((size) => size - 1),
        x.shape,
        x.shape.map(() => -1),
      ),
    () =>
      slice(
        x,
        x.shape.map(() => 0),
        x.shape.map((size, i) => (i === axis ? Math.ceil(size / 2) : size)),
        x.shape.map(() => 1),
      ),
    () => concat([x, random.choice(same)], axis),
    () =>
      embed(
        x,
        x.shape.map((size) => size + 1),
        x.shape.map(() => 1),
        x.shape.map(() => 1),
        0.25,
      ),
    () => {
      const [rows, columns] = [x.shape[0]!, sizeOf(x.shape) / x.shape[0]!];
      const a = reshape(x, [1, rows, columns]);
      return reshape(matmul(a, permute(a, [0, 2, 1])), [rows, 1, rows]);
    },
    () => {
      const [n, h, w, c] = [
        x.shape[0]!,
        x.shape[1]!,
        x.shape[2]!,
        sizeOf(x.shape) / (x.shape[0]! * x.shape[1]! * x.shape[2]!),
      ];
      const image = reshape(x, [n, h, w, c]);
      const weight = reshape(slice(permute(image, [3, 0, 1, 2]), [0, 0, 0, 0], [c, 1, 1, 1], [1, 1, 1, 1]), [
        1,
        c,
        1,
        1,
      ]);
      return conv2d(image, weight, { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 });
    },
    () => {
      const four = reshape(x, [
        x.shape[0]!,
        x.shape[1]!,
        x.shape[2]!,
        sizeOf(x.shape) / (x.shape[0]! * x.shape[1]! * x.shape[2]!),
      ]);
      return maxPool2d(four, { kernel: [1, 1], stride: [1, 2], padding: [0, 0, 0, 0], countPadding: true });
    },
  ];
  return random.choice(kinds)();
}

function randomGraph(seed: number): { graph: Graph; bound: Map<Slot, Float64Array> } {
  const random = new RandomStream(seed);
  const shape = [random.choice(SIZES), random.choice(SIZES), random.choice(SIZES)];
  const slots = [shape, shape, [...shape].reverse()].map((size) =>
    randomSlot({ shape: size, range: [-1, 1] }, random),
  );
  const leaves = slots.map(([slot]) => readSlot(slot));
  const nodes = [...leaves];
  for (let i = 0; i < 14; i++) {
    const node = grow(nodes, random);
    if (sizeOf(node.shape) <= 600 && node.shape.length <= 6)
      nodes.push(node.shape.length >= 3 ? node : reshape(node, [...node.shape, 1]));
  }
  const last = nodes[nodes.length - 1]!;
  // Bounded, so that products of products stay comparable in float32.
  const root = sum(
    tanh(last),
    last.shape.map((_, axis) => axis),
  );
  const [first, second] = leaves as [Node, Node];
  const [d0, d1] = gradient(root, [first, second]) as [Node, Node];
  const updates = [
    { slot: slots[0]![0], value: sub(first, mul(d0, constant(0.1, first.shape))) },
    {
      slot: slots[1]![0],
      value: random.integer(2) === 0 ? add(second, first) : sub(second, mul(d1, constant(0.1, second.shape))),
    },
  ];
  const outputs = [root, random.choice(nodes), random.choice(nodes), d1];
  return { graph: { outputs, updates }, bound: new Map(slots) };
}

describe.each(["native", "wasm"] as const)("random graphs on %s", (name) => {
  it.each(Array.from({ length: 12 }, (_, block) => block))("seeds %i·25 …", async (block) => {
    const device = await deviceOf(name);
    for (let seed = block * 25; seed < block * 25 + 25; seed++) {
      const { graph, bound } = randomGraph(seed);
      const results = evaluate(graph, bound);
      const largest = Math.max(
        ...results.map((values) => values.reduce((most, x) => Math.max(most, Math.abs(x)), 0)),
      );
      if (!(largest < 1e4)) continue;
      const text = `seed ${seed}\n${printGraph(graph).text}`;
      const { outputs, slots } = await runOn(device, graph, bound);
      for (const [i, values] of outputs.entries())
        expectClose(values, results[i]!, 2e-4, `output ${i}, ${text}`);
      for (const [i, { slot }] of graph.updates.entries()) {
        expectClose(slots.get(slot)!, results[graph.outputs.length + i]!, 2e-4, `update ${i}, ${text}`);
      }
      const { arenaBytes, liveBytes } = compileGraph(graph);
      expect(arenaBytes, text).toBeLessThanOrEqual(Math.max(1.3 * liveBytes, liveBytes + 256));
    }
  });
});
