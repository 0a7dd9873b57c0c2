// Convolutions of as many channels as real nets have, which the C kernels compute by other ways than the small samples of
// the conformance tests: by Winograd's filtering, depthwise where the image lies. Forward and gradients against the oracle.
import { describe, expect, it } from "vitest";
import { RandomStream } from "../src/base/random.ts";
import type { Shape } from "../src/base/shape.ts";
import { gradient } from "../src/compile/gradient.ts";
import type { Node } from "../src/ir/node.ts";
import { square } from "../src/ops/arithmetic.ts";
import { sum } from "../src/ops/broadcast.ts";
import { conv2d } from "../src/ops/conv.ts";
import { relu } from "../src/ops/elementary.ts";
import { readSlot } from "../src/ops/leaf.ts";
import { deviceOf, expectClose, expected, randomSlot, runOn } from "./devices.ts";

interface Case {
  readonly name: string;
  /** [N, H, W, C] of the image and [T, C/groups, KH, KW] of the filters. */
  readonly shapes: readonly [Shape, Shape];
  readonly padding: number;
  readonly stride?: number;
  readonly groups?: number;
}

const cases: readonly Case[] = [
  {
    name: "3×3, whole tiles",
    shapes: [
      [12, 8, 8, 16],
      [32, 16, 3, 3],
    ],
    padding: 1,
  },
  {
    name: "3×3, odd sizes",
    shapes: [
      [12, 9, 11, 20],
      [30, 20, 3, 3],
    ],
    padding: 1,
  },
  {
    name: "5×5",
    shapes: [
      [12, 10, 10, 16],
      [24, 16, 5, 5],
    ],
    padding: 2,
  },
  {
    name: "3×3 in groups",
    shapes: [
      [12, 10, 10, 32],
      [32, 16, 3, 3],
    ],
    padding: 0,
    groups: 2,
  },
  {
    name: "depthwise 3×3",
    shapes: [
      [2, 9, 8, 21],
      [21, 1, 3, 3],
    ],
    padding: 1,
    groups: 21,
  },
  {
    name: "depthwise 5×5, stride 2",
    shapes: [
      [2, 9, 8, 16],
      [16, 1, 5, 5],
    ],
    padding: 2,
    stride: 2,
    groups: 16,
  },
];

/** Height and width of the image, height of the filter, padding left and right; every filter fits. */
const narrow = [1, 3].flatMap((height) =>
  [1, 2, 3].flatMap((width) =>
    [1, 3].flatMap((kernelHeight) =>
      [0, 1, 2, 3].flatMap((left) =>
        [0, 1, 2, 3]
          .filter((right) => left + width + right >= 3)
          .map((right) => [height, width, kernelHeight, left, right] as const),
      ),
    ),
  ),
);

describe.each(["native", "wasm"] as const)("on %s", (name) => {
  it.each(cases)("$name", async ({ shapes, padding, stride = 1, groups = 1 }) => {
    const random = new RandomStream(1);
    const slots = shapes.map((shape) => randomSlot({ shape }, random));
    const bound = new Map(slots);
    const inputs = slots.map(([slot]) => readSlot(slot));
    const [x, w] = inputs as [Node, Node];
    const y = relu(
      conv2d(x, w, {
        stride: [stride, stride],
        padding: [padding, padding, padding, padding],
        dilation: [1, 1],
        groups,
      }),
    );
    const total = sum(
      square(y),
      y.shape.map((_, axis) => axis),
    );
    const graph = { outputs: [y, ...gradient(total, inputs)], updates: [] };
    const { outputs } = await runOn(await deviceOf(name), graph, bound);
    expect(outputs).toHaveLength(3);
    expected(graph, bound).forEach((wanted, i) => {
      expectClose(outputs[i]!, wanted, 1e-5, `${name}, output ${i}`);
    });
  });

  it("depthwise, images as narrow as the padding", async () => {
    const random = new RandomStream(2);
    const device = await deviceOf(name);
    for (const [height, width, kernelHeight, left, right] of narrow) {
      const slots = [
        [2, height, width, 19],
        [19, 1, kernelHeight, 3],
      ].map((shape) => randomSlot({ shape }, random));
      const bound = new Map(slots);
      const inputs = slots.map(([slot]) => readSlot(slot));
      const [x, w] = inputs as [Node, Node];
      const padding = [1, 1, left, right] as const;
      const y = conv2d(x, w, { stride: [1, 1], padding, dilation: [1, 1], groups: 19 });
      const total = sum(square(y), [0, 1, 2, 3]);
      const graph = { outputs: [y, ...gradient(total, inputs)], updates: [] };
      const { outputs } = await runOn(device, graph, bound);
      const what = `${height}×${width}, ${kernelHeight}×3, padding ${left} and ${right}`;
      expected(graph, bound).forEach((wanted, i) => {
        expectClose(outputs[i]!, wanted, 1e-5, `${what}, output ${i}`);
      });
    }
  });
});
