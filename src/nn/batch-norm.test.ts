// Batch normalisation: against the formula by hand, its running statistics, and derivatives of first and second order.
import { beforeAll, describe, expect, it } from "vitest";
import { compileGraph } from "../compile/compile.ts";
import { printProgram } from "../compile/print-program.ts";
import { setDevice } from "../device/current.ts";
import { ReferenceDevice } from "../device/reference/reference-device.ts";
import { compile } from "../tensor/compile.ts";
import { ones, tensor } from "../tensor/create.ts";
import { checkGradients, gradients } from "../tensor/gradients.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { batchNorm1d, batchNorm2d } from "./batch-norm.ts";
import { sequential } from "./compose.ts";
import { conv2d } from "./convolution.ts";
import { describe as describeNet } from "./describe.ts";
import { initialize } from "./initialize.ts";
import { apply, training } from "./layer.ts";
import { relu } from "./plain.ts";
import { buffersOf, loadState, parametersOf, stateDict } from "./state.ts";

beforeAll(() => setDevice(new ReferenceDevice()));

const wave = (...shape: number[]): Tensor =>
  tensor(
    Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i * 1.3) + (i % 3)),
    { shape },
  );

/** Mean and biased variance of each channel of [N, C, L] data. */
function momentsByHand(data: ArrayLike<number>, [n, c, l]: readonly [number, number, number]) {
  return Array.from({ length: c }, (_, channel) => {
    const values = Array.from(
      { length: n * l },
      (_, i) => data[(Math.floor(i / l) * c + channel) * l + (i % l)]!,
    );
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return { mean, variance: values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length };
  });
}

describe("batchNorm2d", () => {
  it("normalises by the batch's mean and biased variance, then scales and moves", async () => {
    const layer = initialize(batchNorm2d({ eps: 0.01 }), [2, 3, 2]);
    const { weight, bias } = parametersOf(layer);
    await weight!.write([2, -1]);
    await bias!.write([0.5, 7]);
    const x = wave(4, 2, 3, 2);
    const [given, y] = await Promise.all([x.data(), layer.forward(x, training()).data()]);
    const moments = momentsByHand(given, [4, 2, 6]);
    y.forEach((value, i) => {
      const channel = Math.floor(i / 6) % 2;
      const { mean, variance } = moments[channel]!;
      const wanted =
        ((given[i]! - mean) / Math.sqrt(variance + 0.01)) * [2, -1][channel]! + [0.5, 7][channel]!;
      expect(value).toBeCloseTo(wanted, 12);
    });
  });

  it("moves its running statistics in compiled training only, the variance unbiased, and evaluates by them", async () => {
    const layer = initialize(batchNorm2d({ momentum: 0.25 }), [2, 3, 2]);
    const x = wave(4, 2, 3, 2);
    await layer.forward(x, training()).data();
    expect([...(await buffersOf(layer)["running_mean"]!.data())]).toEqual([0, 0]);
    await compile(() => layer.forward(x, training()))();
    const moments = momentsByHand(await x.data(), [4, 2, 6]);
    const state = await stateDict(layer);
    moments.forEach(({ mean, variance }, channel) => {
      expect(state["running_mean"]!.data[channel]).toBeCloseTo(0.25 * mean, 12);
      expect(state["running_var"]!.data[channel]).toBeCloseTo(0.75 + (0.25 * variance * 24) / 23, 12);
    });
    const [y, given] = await Promise.all([layer.forward(x).data(), x.data()]);
    const rstd = 1 / Math.sqrt(state["running_var"]!.data[1]! + 1e-5);
    expect(y[6]).toBeCloseTo((given[6]! - state["running_mean"]!.data[1]!) * rstd, 12);
    await compile(() => layer.forward(x))();
    expect(await stateDict(layer)).toEqual(state);
  });

  it("has the gradients that central differences find, by input, weight and bias", async () => {
    const layer = initialize(batchNorm2d(), [2, 2, 2]);
    const own = parametersOf(layer);
    const target = wave(3, 2, 2, 2).square();
    const loss = (x: Tensor) => layer.forward(x, training()).sub(target).square().sum();
    const x = wave(3, 2, 2, 2);
    expect((await checkGradients(loss, x)).error).toBeLessThan(1e-8);
    const slopes = gradients(loss(x), own);
    for (const name of ["weight", "bias"] as const) {
      const analytic = await slopes[name]!.data();
      for (const channel of [0, 1]) {
        const at = Array.from(await own[name]!.data());
        const value = async (delta: number) => {
          await own[name]!.write(at.map((w, i) => (i === channel ? w + delta : w)));
          return loss(x).item();
        };
        const numeric = ((await value(1e-5)) - (await value(-1e-5))) / 2e-5;
        await own[name]!.write(at);
        expect(analytic[channel]! / numeric).toBeCloseTo(1, 7);
      }
    }
  });

  it("has the right second derivatives", async () => {
    const layer = initialize(batchNorm2d(), [1, 2, 2]);
    const target = wave(2, 1, 2, 2).square();
    const slope = (x: Tensor) => {
      const loss = layer.forward(x, training()).sub(target).square().sum();
      return gradients(loss, x).mul(target).sum();
    };
    expect((await checkGradients(slope, wave(2, 1, 2, 2))).error).toBeLessThan(1e-7);
  });

  it("costs a sum, a sum of squares and one map after the convolution", async () => {
    const net = initialize(
      sequential(conv2d(4, 3, { padding: 1, bias: false }), batchNorm2d(), relu()),
      [4, 6, 6],
    );
    const y = apply(net, wave(2, 4, 6, 6), training());
    const large = printProgram(compileGraph({ outputs: [y.node], updates: [] }))
      .split("\n")
      .filter((line) => /\[2, (4, 6, 6|6, 6, 4)\]/.test(line))
      .map((line) => line.replace(/^\S+ = /, "").replace(/ \(.*/, ""));
    // The first and the last map only turn images to channels-last and back.
    expect(large.map((line) => line.split(" ")[0])).toEqual(["map", "conv2d", "sum", "sum", "map", "map"]);
  });

  it("loads what PyTorch saves, its count of steps passed over", async () => {
    const net = initialize(sequential(batchNorm2d()), [1, 2, 2]);
    const one = (value: number) => ({ shape: [1], data: Float32Array.of(value) });
    const saved = { weight: one(2), bias: one(3), running_mean: one(4), running_var: one(5) };
    const named = Object.fromEntries(Object.entries(saved).map(([name, entry]) => [`0.${name}`, entry]));
    await loadState(net, { ...named, "0.num_batches_tracked": { shape: [], data: Int32Array.of(9) } });
    const state = await stateDict(net);
    expect(Object.values(state).map(({ data }) => data[0])).toEqual([2, 3, 4, 5]);
  });

  it("leaves out what it is told to", () => {
    const bare = initialize(batchNorm2d({ affine: false, trackRunningStats: false }), [3, 2, 2]);
    expect([Object.keys(parametersOf(bare)), Object.keys(buffersOf(bare))]).toEqual([[], []]);
    const tracking = sequential(batchNorm2d({ affine: false }));
    expect(describeNet(tracking, [3, 2, 2]).map(({ parameters }) => parameters)).toEqual([0]);
    expect(() => buffersOf(tracking)).toThrow(/no parameters yet/);
    expect(Object.keys(buffersOf(initialize(tracking, [3, 2, 2])))).toEqual([
      "0.running_mean",
      "0.running_var",
    ]);
  });

  it("says what does not fit", () => {
    const layer = initialize(batchNorm2d(), [3, 2, 2]);
    expect(() => layer.forward(ones([2, 4, 2, 2]))).toThrow(
      "batchNorm2d: takes images [N, C, H, W] with C = 3, not [2, 4, 2, 2]. Give the shape the layer was made for.",
    );
    expect(() => layer.forward(ones([2, 3]))).toThrow(/batchNorm2d: takes images \[N, C, H, W\]/);
    expect(() => layer.forward(ones([1, 3, 1, 1]), training())).toThrow(/more than one value a channel/);
    expect(() => batchNorm2d().forward(ones([1, 3, 1, 1]))).toThrow(/batchNorm2d: it has no parameters yet/);
    expect(() => batchNorm2d({ eps: -1 })).toThrow("batchNorm2d: eps -1 must be a finite number ≥ 0");
    expect(() => batchNorm2d({ momentum: 2 })).toThrow("batchNorm2d: momentum 2 must be from 0 to 1");
    expect(() => batchNorm2d({ mometum: 0.1 } as object)).toThrow('batchNorm2d: option "mometum" is unknown');
  });
});

describe("batchNorm1d", () => {
  it("takes features and sequences", async () => {
    const layer = initialize(batchNorm1d(), [3]);
    const x = wave(5, 3);
    const [given, y] = await Promise.all([x.data(), layer.forward(x, training()).data()]);
    const { mean, variance } = momentsByHand(given, [5, 3, 1])[2]!;
    expect(y[5]).toBeCloseTo((given[5]! - mean) / Math.sqrt(variance + 1e-5), 12);
    expect(layer.forward(wave(2, 3, 4), training()).shape).toEqual([2, 3, 4]);
    expect(() => layer.forward(wave(2, 3, 4, 4))).toThrow(/batchNorm1d: takes features/);
  });
});
