// Layer and group normalisation, pooling to a size, embedding, parallel branches and freezing.
import { beforeAll, describe, expect, it } from "vitest";
import { setDevice } from "../device/current.ts";
import { ReferenceDevice } from "../device/reference/reference-device.ts";
import { compile } from "../tensor/compile.ts";
import { ones, tensor } from "../tensor/create.ts";
import { checkGradients, gradients } from "../tensor/gradients.ts";
import { Generator } from "../tensor/random.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { parallel, sequential } from "./compose.ts";
import { conv2d } from "./convolution.ts";
import { summary } from "./describe.ts";
import { freeze, unfreeze } from "./freeze.ts";
import { initialize } from "./initialize.ts";
import { apply, training } from "./layer.ts";
import { groupNorm, layerNorm } from "./norm.ts";
import { dropout2d, relu } from "./plain.ts";
import { adaptiveAvgPool2d, adaptiveMaxPool2d, globalAvgPool2d, globalMaxPool2d } from "./pooling.ts";
import { parametersOf } from "./state.ts";
import { embedding, linear } from "./weights.ts";

beforeAll(() => setDevice(new ReferenceDevice()));

const wave = (...shape: number[]): Tensor =>
  tensor(
    Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i * 1.3) + (i % 3)),
    { shape },
  );

function standardized(values: readonly number[], eps = 1e-5): number[] {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
  return values.map((value) => (value - mean) / Math.sqrt(variance + eps));
}

const expectAll = (given: ArrayLike<number>, wanted: readonly number[]) => {
  expect(given.length).toBe(wanted.length);
  wanted.forEach((value, i) => {
    expect(given[i]).toBeCloseTo(value, 11);
  });
};

describe("layerNorm", () => {
  it("normalises each example's last axes", async () => {
    const x = wave(2, 3, 4);
    const data = [...(await x.data())];
    const rows = Array.from({ length: 6 }, (_, i) => standardized(data.slice(4 * i, 4 * i + 4)));
    const layer = initialize(layerNorm(), [3, 4]);
    expectAll(await layer.forward(x).data(), rows.flat());
    await parametersOf(layer)["weight"]!.write([1, 2, 3, 4]);
    await parametersOf(layer)["bias"]!.write([0, 0, 0, 5]);
    expectAll(
      await layer.forward(x).data(),
      rows.flatMap((row) => row.map((value, i) => value * (i + 1) + (i === 3 ? 5 : 0))),
    );
    const both = initialize(layerNorm({ axes: 2 }), [3, 4]);
    expect(parametersOf(both)["weight"]!.shape).toEqual([3, 4]);
    expectAll(await both.forward(x).data(), [
      ...standardized(data.slice(0, 12)),
      ...standardized(data.slice(12)),
    ]);
    expect((await checkGradients((t) => layer.forward(t).square().sum(), x)).error).toBeLessThan(1e-8);
  });

  it("says what does not fit", () => {
    expect(() => initialize(layerNorm({ axes: 3 }), [3, 4])).toThrow(/layerNorm: normalises the last 3 axes/);
    expect(() => initialize(layerNorm(), [4]).forward(ones([2, 5]))).toThrow(/last 1 axes \[4\] of a batch/);
    expect(() => layerNorm().forward(ones([2, 5]))).toThrow(/no parameters yet/);
  });
});

describe("groupNorm", () => {
  it("normalises each example's groups of channels and scales channels", async () => {
    const x = wave(2, 4, 1, 3);
    const data = [...(await x.data())];
    const layer = initialize(groupNorm(2), [4, 1, 3]);
    await parametersOf(layer)["weight"]!.write([1, 2, 3, 4]);
    const groups = Array.from({ length: 4 }, (_, i) => standardized(data.slice(6 * i, 6 * i + 6))).flat();
    expectAll(
      await layer.forward(x).data(),
      groups.map((value, i) => value * ((Math.floor(i / 3) % 4) + 1)),
    );
    expect((await checkGradients((t) => layer.forward(t).square().sum(), x)).error).toBeLessThan(1e-8);
    expect(() => initialize(groupNorm(3), [4, 1, 3])).toThrow("groupNorm: 3 groups do not divide 4 channels");
  });
});

describe("pooling to a size", () => {
  it("folds whole images", async () => {
    const x = tensor([
      [
        [
          [1, 2],
          [3, 6],
        ],
        [
          [0, 0],
          [0, 8],
        ],
      ],
    ]);
    expect(await globalAvgPool2d().forward(x).toArray()).toEqual([[[[3]], [[2]]]]);
    expect(await globalMaxPool2d().forward(x).toArray()).toEqual([[[[6]], [[8]]]]);
    expect(await adaptiveAvgPool2d(1).forward(x).toArray()).toEqual([[[[3]], [[2]]]]);
  });

  it("adapts its windows, which overlap where sizes do not divide", async () => {
    const x = tensor([[[[1, 2, 3, 4, 5]]]]);
    // Windows 0…2 and 2…4, as PyTorch's start and end rules give.
    expect(await adaptiveAvgPool2d([1, 2]).forward(x).toArray()).toEqual([[[[2, 4]]]]);
    expect(await adaptiveMaxPool2d([1, 3]).forward(x).toArray()).toEqual([[[[2, 4, 5]]]]);
    const even = wave(2, 3, 4, 6);
    const [a, b] = await Promise.all([
      adaptiveAvgPool2d([2, 3]).forward(even).data(),
      even.reshape(2, 3, 2, 2, 3, 2).mean([3, 5]).data(),
    ]);
    expectAll(a, [...b]);
    const odd = (t: Tensor) => adaptiveMaxPool2d([3, 2]).forward(t).square().sum();
    expect((await checkGradients(odd, wave(1, 2, 4, 5))).error).toBeLessThan(1e-8);
  });
});

describe("embedding", () => {
  it("looks rows up, adds their gradients up, and marks numbers out of range", async () => {
    const layer = initialize(embedding(3, 2), [4]);
    const { weight } = parametersOf(layer);
    await weight!.write([0, 1, 10, 11, 20, 21]);
    const indices = tensor(
      [
        [2, 0],
        [2, 2],
      ],
      { dtype: "int32" },
    );
    const y = layer.forward(indices);
    expect(await gradients(y.sum(), weight!).toArray()).toEqual([
      [1, 1],
      [0, 0],
      [3, 3],
    ]);
    expect(await y.toArray()).toEqual([
      [
        [20, 21],
        [0, 1],
      ],
      [
        [20, 21],
        [20, 21],
      ],
    ]);
    expect(() => layer.forward(tensor([0, 3], { dtype: "int32" }))).toThrow(
      "embedding: index 3 at place 1 is outside 0 … 2. Number the entries from 0.",
    );
    const run = compile((i: Tensor) => layer.forward(i));
    expect([...(await (await run(tensor([-1], { dtype: "int32" }))).data())]).toEqual([NaN, NaN]);
  });
});

describe("parallel", () => {
  it("concatenates or sums its branches", async () => {
    const x = tensor([[1, -2]]);
    const branches = [relu(), (t: Tensor) => t.mul(10)];
    expect(await apply(parallel(branches), x).toArray()).toEqual([[1, 0, 10, -20]]);
    expect(await apply(parallel(branches, { join: "sum" }), x).toArray()).toEqual([[11, -20]]);
    const net = initialize(parallel([conv2d(2, 1), conv2d(3, 3, { padding: 1 })]), [1, 4, 4]);
    expect(apply(net, ones([1, 1, 4, 4])).shape).toEqual([1, 5, 4, 4]);
    expect(Object.keys(parametersOf(net))).toEqual(["0.weight", "0.bias", "1.weight", "1.bias"]);
    expect(() => parallel([])).toThrow("parallel: there are no branches");
    expect(() => apply(parallel([relu(), (t) => t.sum(1)], { join: "sum" }), x)).toThrow(
      "parallel: branches give [1, 2] and [1], which cannot be summed",
    );
  });
});

describe("freeze", () => {
  it("keeps a layer's parameters from training, also before they are made, until unfrozen", () => {
    const head = linear(2);
    const body = freeze(sequential(linear(3), relu()));
    const net = initialize(sequential(body, head), [4]);
    expect(Object.keys(parametersOf(net))).toHaveLength(4);
    expect(Object.keys(parametersOf(net, { trainable: true }))).toEqual(["1.weight", "1.bias"]);
    const lines = summary(net, [4]).split("\n");
    expect(lines.find((line) => line.startsWith("total"))).toMatch(/ 23 /);
    expect(lines.find((line) => line.startsWith("trainable"))).toMatch(/ 8$/);
    unfreeze(body);
    expect(parametersOf(net, { trainable: true })).toEqual(parametersOf(net));
  });
});

describe("dropout2d", () => {
  it("drops whole channels in training", async () => {
    const run = compile(() => dropout2d(0.5).forward(ones([20, 10, 2, 2]), training(new Generator(1))));
    const data = [...(await (await run()).data())];
    const channels = Array.from({ length: 200 }, (_, i) => new Set(data.slice(4 * i, 4 * i + 4)));
    expect(channels.every((values) => values.size === 1)).toBe(true);
    const kept = channels.filter((values) => values.has(2)).length;
    // 200 fair draws: mean 100, standard deviation 7.
    expect(Math.abs(kept - 100)).toBeLessThan(29);
    const x = ones([1, 2, 2, 2]);
    expect(dropout2d(0.5).forward(x)).toBe(x);
  });
});
