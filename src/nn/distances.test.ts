// Losses between tensors: against numbers computed by hand, at extremes, and their gradients.
import { beforeAll, describe, expect, it } from "vitest";
import { setDevice } from "../device/current.ts";
import { ReferenceDevice } from "../device/reference/reference-device.ts";
import { ones, tensor, zeros } from "../tensor/create.ts";
import { logSoftmax } from "../tensor/functions.ts";
import { checkGradients, gradients } from "../tensor/gradients.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { bceWithLogits, huber, klDivergence, l1, smoothL1 } from "./distances.ts";

beforeAll(() => setDevice(new ReferenceDevice()));

const prediction = () => tensor(Float64Array.of(0.5, -2, 3, 0.1));
const target = () => tensor(Float64Array.of(0, 1, 2.5, 0.1));

describe("distances", () => {
  it("l1, huber and smoothL1 follow their formulas", async () => {
    expect(await l1(prediction(), target()).item()).toBeCloseTo((0.5 + 3 + 0.5) / 4, 14);
    expect(await l1(prediction(), target(), { reduction: "sum" }).item()).toBeCloseTo(4, 14);
    expect(await huber(prediction(), target()).item()).toBeCloseTo((0.125 + 2.5 + 0.125) / 4, 14);
    expect(await huber(prediction(), target(), { delta: 2 }).item()).toBeCloseTo((0.125 + 4 + 0.125) / 4, 14);
    expect(await smoothL1(prediction(), target(), { beta: 0.25 }).item()).toBeCloseTo(
      (0.375 + 2.875 + 0.375) / 4,
      14,
    );
  });

  it("binary cross-entropy is exact from −1000 to 1000, also in its gradient", async () => {
    const logits = tensor([-1000, -1, 0, 1, 1000]);
    const at = (t: number) => bceWithLogits(logits, ones([5]).mul(t), { reduction: "none" }).data();
    const small = Math.log1p(Math.exp(-1));
    const [no, yes] = await Promise.all([at(0), at(1)]);
    const wanted = [0, small, Math.log(2), 1 + small, 1000];
    wanted.forEach((value, i) => {
      expect(no[i]).toBeCloseTo(value, 13);
      expect(yes[4 - i]).toBeCloseTo(value, 13);
    });
    const slope = await gradients(bceWithLogits(logits, zeros([5]), { reduction: "sum" }), logits).data();
    [0, 1 / (1 + Math.E), 0.5, 1 / (1 + Math.exp(-1)), 1].forEach((value, i) => {
      expect(slope[i]).toBeCloseTo(value, 14);
    });
    const heavy = bceWithLogits(logits, ones([5]), { positiveWeight: 3, reduction: "none" });
    expect((await heavy.data())[2]).toBeCloseTo(3 * Math.log(2), 14);
  });

  it("the divergence is 0 between equals, and takes targets of 0", async () => {
    const logs = tensor([
      [0.25, 0.75],
      [0.5, 0.5],
    ]).log();
    expect(await klDivergence(logs, logs.exp()).item()).toBeCloseTo(0, 15);
    const sure = tensor([
      [0, 1],
      [1, 0],
    ]);
    const sum = -Math.log(0.75) - Math.log(0.5);
    expect(await klDivergence(logs, sure).item()).toBeCloseTo(sum / 2, 14);
    expect(await klDivergence(logs, sure, { reduction: "mean" }).item()).toBeCloseTo(sum / 4, 14);
    const slope = await gradients(klDivergence(logs, sure), sure).data();
    expect([...slope].every(Number.isFinite)).toBe(true);
  });

  it.each([
    ["l1", (x: Tensor) => l1(x, target().mul(0.9))],
    ["huber", (x: Tensor) => huber(x, target().mul(0.9), { delta: 0.7 })],
    ["smoothL1", (x: Tensor) => smoothL1(x, target().mul(0.9), { beta: 0.7 })],
    ["bceWithLogits", (x: Tensor) => bceWithLogits(x, target().sigmoid(), { positiveWeight: 2 })],
    ["klDivergence", (x: Tensor) => klDivergence(logSoftmax(x), target().sigmoid())],
  ])("%s has the gradient that central differences find", async (_, loss) => {
    expect((await checkGradients(loss, prediction())).error).toBeLessThan(1e-8);
  });

  it("say what does not fit", () => {
    expect(() => l1(ones([2]), ones([3]))).toThrow("l1: prediction [2] and target [3] differ");
    expect(() => huber(ones([2]), ones([2]), { delta: 0 })).toThrow(
      "huber: delta 0 must be a number above 0",
    );
    expect(() => klDivergence(ones([2]), ones([2]), { reduction: "all" as "mean" })).toThrow(
      /"all" is unknown/,
    );
  });
});
