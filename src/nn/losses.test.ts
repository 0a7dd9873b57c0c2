// Losses: against numbers computed by hand, at extreme logits, and their gradients against central differences.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DataError, DTypeError } from "../base/errors.ts";
import { openDevice, setDevice } from "../device/current.ts";
import type { Device } from "../device/device.ts";
import { compile } from "../tensor/compile.ts";
import { ones, tensor } from "../tensor/create.ts";
import { logSoftmax, oneHot } from "../tensor/functions.ts";
import { checkGradients, gradients } from "../tensor/gradients.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { mse } from "./distances.ts";
import { accuracy, correct, crossEntropy, nll } from "./losses.ts";

const whole = (...values: number[]): Tensor => tensor(values, { dtype: "int32" });
const wave = (rows: number, columns: number): Tensor =>
  tensor(
    Float64Array.from({ length: rows * columns }, (_, i) => Math.sin(2.1 * i)),
    { shape: [rows, columns] },
  );

describe.each(["reference", "cpu"] as const)("on %s", (name) => {
  let device: Device;
  beforeAll(async () => {
    device = await openDevice(name, { threads: 1 });
    setDevice(device);
  });
  afterAll(() => device.close());

  it("cross-entropy is right to 1e-6 at logits of ±1e6", async () => {
    const logits = tensor([
      [1e6, -1e6, 1e6 - 1],
      [-1e6, -1e6, -1e6],
      [1e6, 1e6, 1e6 + 8],
      [0, 1e6, 0],
    ]);
    const losses = await crossEntropy(logits, whole(2, 0, 2, 1), { reduction: "none" }).data();
    const wanted = [1 + Math.log1p(Math.exp(-1)), Math.log(3), Math.log1p(2 * Math.exp(-8)), 0];
    wanted.forEach((value, i) => {
      expect(Math.abs(losses[i]! - value)).toBeLessThan(1e-6);
    });
    // A miss by 2e6 costs 2e6, with the digits float32 has.
    expect(await crossEntropy(logits.slice([0, 1]), whole(1)).item()).toBeCloseTo(
      2e6 + Math.log1p(Math.exp(-1)),
      0,
    );
  });

  it("a label out of range gives NaN where it is found only while running", async () => {
    const f = compile((logits: Tensor, labels: Tensor) =>
      crossEntropy(logits, labels, { reduction: "none" }),
    );
    const losses = await (await f(wave(3, 4), whole(1, 4, -1))).data();
    expect([...losses].map(Number.isNaN)).toEqual([false, true, true]);
  });
});

describe("losses", () => {
  beforeAll(async () => setDevice(await openDevice("reference")));

  it("reduce by mean, by sum or not at all", async () => {
    const [logits, labels] = [wave(3, 4), whole(3, 0, 2)];
    const each = Array.from(await crossEntropy(logits, labels, { reduction: "none" }).data());
    const total = each.reduce((a, b) => a + b, 0);
    expect(await crossEntropy(logits, labels, { reduction: "sum" }).item()).toBeCloseTo(total, 14);
    expect(await crossEntropy(logits, labels).item()).toBeCloseTo(total / 3, 14);
    const data = await logits.data();
    const row = Array.from(data.slice(4, 8));
    const byHand = Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0)) - row[0]!;
    expect(each[1]).toBeCloseTo(byHand, 14);
  });

  it("smooth labels: a share of the target is spread over all classes", async () => {
    const [logits, labels] = [wave(2, 5), whole(4, 1)];
    const perClass = await Promise.all(
      [0, 1, 2, 3, 4].map((k) => crossEntropy(logits, whole(k, k), { reduction: "none" }).data()),
    );
    const smooth = await crossEntropy(logits, labels, { reduction: "none", labelSmoothing: 0.1 }).data();
    [4, 1].forEach((label, i) => {
      const spread = perClass.reduce((sum, losses) => sum + losses[i]!, 0) / 5;
      expect(smooth[i]).toBeCloseTo(0.9 * perClass[label]![i]! + 0.1 * spread, 13);
    });
  });

  it("weigh classes and ignore a label, the mean being over what counts", async () => {
    const [logits, labels] = [wave(4, 3), whole(2, -1, 0, 2)];
    const each = [...(await crossEntropy(wave(4, 3), whole(2, 1, 0, 2), { reduction: "none" }).data())];
    const options = { classWeights: [0.5, 1, 3], ignoreIndex: -1 };
    const weighed = [3 * each[0]!, 0, 0.5 * each[2]!, 3 * each[3]!];
    const given = await crossEntropy(logits, labels, { ...options, reduction: "none" }).data();
    weighed.forEach((value, i) => {
      expect(given[i]).toBeCloseTo(value, 13);
    });
    const mean = weighed.reduce((a, b) => a + b, 0) / 6.5;
    expect(await crossEntropy(logits, labels, options).item()).toBeCloseTo(mean, 13);
    expect(await nll(logSoftmax(logits), labels, options).item()).toBeCloseTo(mean, 13);
    const slope = await gradients(crossEntropy(logits, labels, options), logits).data();
    expect([...slope.slice(3, 6)]).toEqual([0, 0, 0]);
    expect(() => crossEntropy(logits, whole(2, -1, 0, 2))).toThrow(DataError);
    expect(() => crossEntropy(logits, labels, { classWeights: [1, 2] })).toThrow(
      /classWeights \[2\] must be \[3\]/,
    );
  });

  it("take targets that are probabilities, also 0 where a logit is −∞", async () => {
    const [logits, labels] = [wave(3, 4), whole(3, 0, 2)];
    const hard = await crossEntropy(logits, labels, { labelSmoothing: 0.1 }).item();
    const soft = crossEntropy(logits, oneHot(labels, 4), { labelSmoothing: 0.1 });
    expect(await soft.item()).toBeCloseTo(hard, 13);
    const masked = tensor([[0, Number.NEGATIVE_INFINITY, 0]]);
    const loss = crossEntropy(masked, tensor([[0.5, 0, 0.5]]));
    expect(await gradients(loss, masked).toArray()).toEqual([[0, 0, 0]]);
    expect(await loss.item()).toBeCloseTo(Math.log(2), 14);
    expect(await crossEntropy(masked, whole(0)).item()).toBeCloseTo(Math.log(2), 14);
    expect(() => crossEntropy(logits, oneHot(labels, 4), { ignoreIndex: 0 })).toThrow(
      /needs whole-number labels/,
    );
  });

  it("give the mean squared error, also of one-hot targets", async () => {
    expect(await mse(tensor([[1, 2]]), tensor([[4, 0]])).item()).toBe(6.5);
    expect(await mse(tensor([[1, 2]]), tensor([[4, 0]]), { reduction: "sum" }).item()).toBe(13);
    expect(await mse(tensor([[0.5, 0.5]]), oneHot(whole(1), 2)).item()).toBe(0.25);
  });

  it.each([
    ["cross-entropy", (x: Tensor) => crossEntropy(x, whole(1, 0, 3))],
    ["smoothed cross-entropy", (x: Tensor) => crossEntropy(x, whole(1, 0, 3), { labelSmoothing: 0.2 })],
    [
      "weighted, smoothed cross-entropy with an ignored label",
      (x: Tensor) =>
        crossEntropy(x, whole(1, 9, 3), { labelSmoothing: 0.2, classWeights: [1, 2, 3, 4], ignoreIndex: 9 }),
    ],
    ["soft cross-entropy", (x: Tensor) => crossEntropy(x, wave(3, 4).square())],
    ["nll", (x: Tensor) => nll(x, whole(1, 0, 3), { classWeights: [1, 2, 3, 4] })],
    ["squared error", (x: Tensor) => mse(x, wave(3, 4).mul(2))],
  ])("have the gradient that central differences find: %s", async (_, loss) => {
    expect((await checkGradients(loss, wave(3, 4))).error).toBeLessThan(1e-9);
  });

  it("count right answers", async () => {
    const logits = tensor([
      [3, 1, 0],
      [0, 1, 2],
      [5, 9, 5],
    ]);
    const labels = tensor(Uint8Array.of(0, 1, 1), { shape: [3] });
    expect(await correct(logits, labels).item()).toBe(2);
    expect(await accuracy(logits, labels).item()).toBeCloseTo(2 / 3, 15);
  });

  it("say what does not fit", () => {
    const logits = ones([2, 3]);
    expect(() => crossEntropy(logits, whole(0, 3))).toThrow(DataError);
    expect(() => crossEntropy(logits, whole(0, 3))).toThrow(
      "crossEntropy: label 3 at index 1 is outside 0 … 2. Number the classes from 0.",
    );
    expect(() => crossEntropy(logits, tensor([0, 1]))).toThrow(DTypeError);
    expect(() => crossEntropy(logits, whole(0))).toThrow(
      "takes logits [N, K] and labels [N], not [2, 3] and [1]",
    );
    expect(() => crossEntropy(logits, whole(0, 1), { labelSmoothing: 1 })).toThrow(
      /labelSmoothing 1 must be/,
    );
    expect(() => crossEntropy(logits, whole(0, 1), { reduction: "avg" as "mean" })).toThrow(
      'crossEntropy: reduction "avg" is unknown. Use "mean", "sum" or "none".',
    );
    expect(() => mse(ones([2, 1]), ones([2]))).toThrow("mse: prediction [2, 1] and target [2] differ");
    expect(() => correct(logits, whole(0, 1, 2))).toThrow(/correct: takes logits/);
  });
});
