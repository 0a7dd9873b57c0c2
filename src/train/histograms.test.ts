// Histograms: hand-counted ones, and those of a net, its gradients worked out by hand.
import { expect, it } from "vitest";
import type { ImageSet } from "../data/image-set.ts";
import * as nn from "../nn/index.ts";
import { histogramOf, watchParameters } from "./histograms.ts";
import { createModel } from "./model.ts";

it("counts equal parts of the range, the largest in the last", () => {
  const { counts, ...rest } = histogramOf([0, 1, 1, 2, 4], 4);
  expect(counts).toEqual([1, 2, 1, 1]);
  expect(rest).toEqual({
    count: 5,
    min: 0,
    max: 4,
    mean: 1.6,
    deviation: expect.closeTo(Math.sqrt(1.84), 12),
  });
});

it("leaves out what is not finite, and takes a constant and nothing", () => {
  const odd = [Number.NaN, 1, Number.POSITIVE_INFINITY, 3];
  expect(histogramOf(odd, 2)).toMatchObject({ count: 2, counts: [1, 1] });
  expect(histogramOf([2, 2, 2], 3)).toMatchObject({ min: 2, max: 2, deviation: 0, counts: [3, 0, 0] });
  expect(histogramOf([], 3)).toEqual({ count: 0, min: 0, max: 0, mean: 0, deviation: 0, counts: [0, 0, 0] });
});

it("sees weights, and the gradients of the mean loss, without changing the net", async () => {
  const set: ImageSet = {
    ...{ images: Uint8Array.of(0, 255), labels: Uint8Array.of(0, 1), shape: [1, 1, 1], classes: ["a", "b"] },
  };
  const net = nn.sequential(nn.flatten(), nn.linear(2), nn.dropout(0.5));
  const model = createModel(net, set, { normalize: false });
  await nn.loadState(net, {
    "1.weight": { shape: [2, 1], data: Float32Array.of(0, 0) },
    "1.bias": { shape: [2], data: Float32Array.of(0, 0) },
  });
  const before = await nn.stateDict(net);
  const watch = await watchParameters(model, set);
  const { weights, gradients } = await watch({
    ...{ type: "epoch", epoch: 1, step: 1, seconds: 0, train: { loss: 0, accuracy: 0 } },
  });
  expect(weights["1.weight"]).toMatchObject({ count: 2, min: 0, max: 0 });
  // p = ½ everywhere: ∂Q/∂w is the mean of (p − y)·x over the two images, of which one is 0: (½ · 1, −½ · 1) / 2.
  expect(gradients["1.weight"]).toMatchObject({ min: -0.25, max: 0.25, mean: 0 });
  expect(gradients["1.bias"]).toMatchObject({ min: 0, max: 0 });
  expect(await nn.stateDict(net)).toEqual(before);
});
