// The learning-rate finder: it finds a rate that trains, leaves the net as it was, and stops where the loss explodes.
import { beforeAll, describe, expect, it } from "vitest";
import { stripes } from "../../test/stripes.ts";
import { setDevice } from "../device/current.ts";
import { ReferenceDevice } from "../device/reference/reference-device.ts";
import { flatten, initialize, linear, relu, sequential, stateDict } from "../nn/index.ts";
import { sgd } from "../optim/index.ts";
import { findLearningRate, steepestRate } from "./find-learning-rate.ts";
import * as training from "./fit.ts";

beforeAll(() => setDevice(new ReferenceDevice()));
const train = stripes(200, 1);

describe("findLearningRate", () => {
  it("suggests a rate that trains, and leaves the net as it was", async () => {
    const net = sequential(flatten(), linear(16), relu(), linear(3));
    initialize(net, [1, 6, 6], { seed: 3 });
    const before = await stateDict(net);
    const curve = await findLearningRate(net, train, {
      optimizer: sgd(),
      batchSize: 20,
      from: 1e-5,
      to: 1e3,
    });
    expect(await stateDict(net)).toEqual(before);
    expect(curve.rates.length).toBe(curve.losses.length);
    expect(curve.suggestion).toBeGreaterThan(1e-3);
    expect(curve.suggestion).toBeLessThan(curve.rates.at(-1)!);
    const run = training.fit(
      net,
      { train },
      { optimizer: sgd({ lr: curve.suggestion! }), epochs: 6, batchSize: 20 },
    );
    const epochs = [];
    for await (const event of run) if (event.type === "epoch") epochs.push(event.train.loss);
    expect(epochs.at(-1)).toBeLessThan(epochs[0]! / 2);
  });
  it("stops where the loss is far above its least", async () => {
    const curve = await findLearningRate("linear", train, { optimizer: sgd(), batchSize: 20, to: 1e3 });
    expect(curve.rates.length).toBeLessThan(120);
    expect(Math.max(...curve.losses)).toBeLessThanOrEqual(4 * Math.min(...curve.losses));
  });
  it("is checked", async () => {
    await expect(findLearningRate("linear", train, { from: 1, to: 0.1 })).rejects.toThrow(
      "findLearningRate: from 1, to 0.1 in 120 steps is no range",
    );
  });
});

describe("steepestRate", () => {
  it("is where the loss falls fastest before its least", () => {
    expect(steepestRate([1, 2, 3, 4, 5, 6], [10, 9.9, 8, 5, 4.9, 9])).toBe(3);
    expect(steepestRate([1, 2, 3], [1, 2, 3])).toBeUndefined();
  });
});
