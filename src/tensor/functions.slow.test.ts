// Composed functions where PyTorch's goldens do not reach: extremes, empty axes, logic, random choices, messages.
import { beforeAll, describe, expect, it } from "vitest";
import { setDevice } from "../device/current.ts";
import { ReferenceDevice } from "../device/reference/reference-device.ts";
import { gelu } from "./activations.ts";
import * as arrange from "./arrange.ts";
import { unfold } from "./convolutions.ts";
import { arange, ones, tensor, zeros } from "./create.ts";
import { einsum } from "./einsum.ts";
import { clip, floorDivide, inverseErf, isFiniteNumber, isNan } from "./elementwise.ts";
import { logSoftmax, softmax } from "./functions.ts";
import { checkGradients, gradients } from "./gradients.ts";
import { maxPool2d } from "./images.ts";
import { Generator } from "./random.ts";
import * as reductions from "./reductions.ts";
import { gridSample, resize } from "./resample.ts";

beforeAll(() => setDevice(new ReferenceDevice()));

const { NaN: nan, POSITIVE_INFINITY: infinity, NEGATIVE_INFINITY: minusInfinity } = Number;

describe("extremes", () => {
  it("NaN comes through relu, clip, maximum and max pooling, and so does its gradient", async () => {
    const x = tensor([nan, -1, 2]);
    expect(await x.relu().toArray()).toEqual([nan, 0, 2]);
    expect(await clip(x, 0, 1).toArray()).toEqual([nan, 0, 1]);
    expect(await x.maximum(0).toArray()).toEqual([nan, 0, 2]);
    expect(await gradients(x.relu().sum(), x).toArray()).toEqual([1, 0, 1]);
    const image = tensor([1, nan, 3, 4], { shape: [1, 1, 2, 2] });
    expect(await maxPool2d(image, 2).item()).toBeNaN();
    expect(await gradients(maxPool2d(image, 2).sum(), image).data()).toEqual(Float64Array.of(0, 1, 0, 0));
  });

  it("−∞ in a mask gives weight 0 and finite gradients", async () => {
    const x = tensor([1, minusInfinity, 2]);
    const weights = tensor([1, 2, 3]);
    const y = softmax(x);
    const slope = (await gradients(y.mul(weights).sum(), x).toArray()) as number[];
    expect((await y.toArray()) as number[]).toEqual([
      expect.closeTo(0.26894, 5),
      0,
      expect.closeTo(0.73106, 5),
    ]);
    expect(slope[0]).not.toBe(0);
    expect(slope.every(Number.isFinite)).toBe(true);
    expect(slope[1]).toBeCloseTo(0, 12);
    const picked = (await gradients(logSoftmax(x).slice([2, 3]).sum(), x).toArray()) as number[];
    expect(picked[1]).toBe(0);
    expect(picked.every(Number.isFinite)).toBe(true);
  });

  it("gelu by tanh has a finite gradient at any finite place", async () => {
    const x = tensor([-1e30, -1e6, 1e6, 1e30]);
    expect(await gradients(gelu(x, { approximate: true }).sum(), x).toArray()).toEqual([0, 0, 1, 1]);
  });

  it("a place of weight 0 lets no NaN of the image through gridSample", async () => {
    const image = tensor([1, nan, 3, nan], { shape: [1, 1, 2, 2] });
    const centre = tensor([-0.5, -0.5], { shape: [1, 1, 1, 2] });
    expect(await gridSample(image, centre).item()).toBe(1);
  });
});

describe("logic and folds", () => {
  it("any and all take NaN as true and fold nothing to false and true", async () => {
    const x = tensor([
      [0, 0],
      [nan, 0],
      [1, 2],
    ]);
    expect(await reductions.any(x, 1).toArray()).toEqual([0, 1, 1]);
    expect(await reductions.all(x, 1).toArray()).toEqual([0, 0, 1]);
    expect(await reductions.any(zeros([2, 0]), 1).toArray()).toEqual([0, 0]);
    expect(await reductions.all(zeros([2, 0]), 1).toArray()).toEqual([1, 1]);
    expect(await isNan(x).toArray()).toEqual([
      [0, 0],
      [1, 0],
      [0, 0],
    ]);
    expect(await isFiniteNumber(tensor([1, infinity, nan])).toArray()).toEqual([1, 0, 0]);
  });

  it("argmax of null is the place in the flattened tensor", async () => {
    const x = tensor([
      [1, 7, 3],
      [9, 0, 9],
    ]);
    expect(await x.argmax(null).item()).toBe(3);
    expect(await x.argmin(null, { keepDims: true }).toArray()).toEqual([[4]]);
  });

  it("prod has gradients by central differences with no, one and two zeros", async () => {
    const x = tensor([
      [2, -3, 0.5],
      [2, 0, 4],
      [0, 0, 5],
    ]);
    expect((await checkGradients((y) => reductions.prod(y, 1).sum(), x)).error).toBeLessThan(1e-8);
    expect(await reductions.prod(zeros([0])).item()).toBe(1);
  });

  it("floorDivide rounds toward −∞ for both element types", async () => {
    expect(await floorDivide(tensor([-7, 7]), 2).toArray()).toEqual([-4, 3]);
    expect(await floorDivide(tensor([-7, 7], { dtype: "int32" }), 2).toArray()).toEqual([-4, 3]);
  });
});

describe("arrangements", () => {
  it("leave a tensor as it is where nothing is to be done", async () => {
    const x = arange(4);
    expect(await arrange.roll(x, 8).toArray()).toEqual([0, 1, 2, 3]);
    expect(await arrange.roll(x, 5).toArray()).toEqual([3, 0, 1, 2]);
    expect(await arrange.tile(x, []).toArray()).toEqual([0, 1, 2, 3]);
    expect((await Promise.all(arrange.split(x, 3).map((part) => part.toArray()))).flat()).toEqual([
      0, 1, 2, 3,
    ]);
    expect(arrange.diagonal(ones([2, 3]), 3).shape).toEqual([0]);
    expect(await arrange.pad(x, [[0, 0]], { mode: "reflect" }).toArray()).toEqual([0, 1, 2, 3]);
  });

  it("say what does not fit", () => {
    const x = ones([2, 3]);
    expect(() =>
      arrange.pad(
        x,
        [
          [0, 0],
          [3, 0],
        ],
        { mode: "reflect" },
      ),
    ).toThrow(/pad: \[3, 0\] is too wide for mode "reflect" on axis 1 of size 3. Pad at most 2/);
    expect(() => arrange.split(x, [1, 1], 1)).toThrow(/add up to 2, axis 1 of \[2, 3\] has 3/);
    expect(() => einsum("ij,jk->ik", x, x)).toThrow(/"j" of "ij,jk->ik" is 3 in one place and 2 in another/);
    expect(() => einsum("ijk->i", x)).toThrow(/names 3 axes, the operand \[2, 3\] has 2/);
    expect(() => einsum("ij->iz", x)).toThrow(/must name letters of the terms/);
    expect(() => einsum("i..->i", x)).toThrow(/is not understood/);
    expect(() => unfold(ones([1, 1, 2, 2]), 3)).toThrow(/unfold: a 3×3 window/);
    expect(() => resize(ones([1, 1, 2, 2]), 4, { mode: "biliner" as "bilinear" })).toThrow(
      /Did you mean "bilinear"/,
    );
    expect(() => clip(x, 2, 1)).toThrow(/clip: low 2 must be at most high 1/);
  });
});

describe("random choices", () => {
  it("randint covers its range evenly", async () => {
    const draws = await new Generator(1).randint([6000], -2, 4).data();
    const counts = [-2, -1, 0, 1, 2, 3].map((value) => draws.filter((x) => x === value).length);
    expect(counts.reduce((a, b) => a + b)).toBe(6000);
    // Five standard deviations of a binomial count with p = 1/6.
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(5 * Math.sqrt(6000 / 6 / 1.2));
    expect(() => new Generator(1).randint([1], 3, 3)).toThrow(/randint: 3 to 3 is no range/);
  });

  it("permutation holds each number once, another order each time, the same from the same seed", async () => {
    const generator = new Generator(4);
    const [first, second] = [
      await generator.permutation(500).data(),
      await generator.permutation(500).data(),
    ];
    expect([...first].sort((a, b) => a - b)).toEqual(Array.from({ length: 500 }, (_, i) => i));
    expect(first).not.toEqual(second);
    expect(await new Generator(4).permutation(500).data()).toEqual(first);
  });

  it("truncatedNormal stays within its bounds and has the moments of the cut distribution", async () => {
    const draws = [
      ...(await new Generator(2)
        .truncatedNormal([20_000], { mean: 1, deviation: 2, low: -1, high: 3 })
        .data()),
    ];
    expect(draws.every((x) => x >= -1 && x <= 3)).toBe(true);
    const mean = draws.reduce((a, b) => a + b) / draws.length;
    const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length;
    expect(Math.abs(mean - 1)).toBeLessThan(0.03);
    // Of a normal cut at ±1: 1 − 2φ(1) / (2Φ(1) − 1) = 0.29113, times 2².
    expect(Math.abs(variance - 4 * 0.29113)).toBeLessThan(0.05);
    const open = await new Generator(3).truncatedNormal([4000], { low: -infinity, high: infinity }).data();
    expect([...open].every(Number.isFinite)).toBe(true);
  });

  it("inverseErf undoes erf", async () => {
    const x = tensor([-3, -1, -0.01, 0, 0.3, 2.5]);
    const back = (await inverseErf(x.erf()).toArray()) as number[];
    const wanted = (await x.toArray()) as number[];
    back.forEach((value, i) => {
      expect(Math.abs(value - wanted[i]!)).toBeLessThan(2e-6);
    });
    expect(await inverseErf(tensor([-1, 1])).toArray()).toEqual([minusInfinity, infinity]);
  });
});
