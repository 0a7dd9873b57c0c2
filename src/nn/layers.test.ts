// Layers one by one: what they compute, what they refuse.
import { beforeAll, describe, expect, it } from "vitest";
import { RandomStream } from "../base/random.ts";
import { setDevice } from "../device/current.ts";
import { ReferenceDevice } from "../device/reference/reference-device.ts";
import { compile } from "../tensor/compile.ts";
import { ones, tensor } from "../tensor/create.ts";
import { gradients } from "../tensor/gradients.ts";
import { Generator } from "../tensor/random.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { residual, sequential } from "./compose.ts";
import { conv2d } from "./convolution.ts";
import { initialize } from "./initialize.ts";
import { apply, evaluation, type LayerObject, training } from "./layer.ts";
import { avgPool2d, dropout, flatten, maxPool2d, relu, sigmoid, tanh } from "./plain.ts";
import { loadState, parametersOf, stateDict } from "./state.ts";
import { linear } from "./weights.ts";

beforeAll(() => setDevice(new ReferenceDevice()));

const image = (...shape: number[]): Tensor =>
  tensor(
    Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i * 1.3)),
    { shape },
  );

describe("linear", () => {
  it("computes x·Wᵀ + b, W being [out, in]", async () => {
    const layer = initialize(linear(2), [3]);
    await loadState(layer, {
      weight: { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
      bias: { shape: [2], data: Float32Array.of(10, 20) },
    });
    expect(await layer.forward(tensor([[1, 0, -1]])).toArray()).toEqual([[8, 18]]);
  });

  it("begins uniform in ±1/√in, weight and bias alike", async () => {
    const state = await stateDict(initialize(linear(100), [400], { seed: 4 }));
    const [weight, bias] = [Array.from(state["weight"]!.data), Array.from(state["bias"]!.data)];
    const mean = weight.reduce((a, b) => a + b, 0) / weight.length;
    const variance = weight.reduce((a, b) => a + b * b, 0) / weight.length;
    expect(Math.max(...weight.map(Math.abs))).toBeLessThanOrEqual(Math.fround(1 / 20));
    expect(Math.max(...bias.map(Math.abs))).toBeLessThanOrEqual(Math.fround(1 / 20));
    expect(Math.abs(mean)).toBeLessThan(4 * (0.05 / Math.sqrt(3 * 40_000)));
    // The variance of U(±a) is a²/3; over 40 000 draws its estimate strays by 0.5 %.
    expect(variance / (0.05 ** 2 / 3)).toBeCloseTo(1, 1);
  });

  it("has no bias when told so", () => {
    expect(Object.keys(parametersOf(initialize(linear(2, { bias: false }), [3])))).toEqual(["weight"]);
  });

  it("says what does not fit", () => {
    const layer = initialize(linear(2), [3]);
    expect(() => layer.forward(ones([5, 4]))).toThrow(
      "linear: takes 3 features on the last axis, the input is [5, 4]. Put nn.flatten() before the layer",
    );
    expect(() => linear(2).forward(ones([5, 4]))).toThrow(/no parameters yet. Call initialize/);
    expect(() => linear(0)).toThrow("linear: out 0 must be a whole number ≥ 1");
    expect(() => linear(2).build?.([], new RandomStream(0))).toThrow(/no axis of features/);
  });
});

describe("conv2d", () => {
  it("adds its bias to each filter's picture", async () => {
    const layer = initialize(conv2d(2, [1, 2], { stride: [1, 2] }), [1, 1, 4]);
    await loadState(layer, {
      weight: { shape: [2, 1, 1, 2], data: Float32Array.of(1, 1, 1, -1) },
      bias: { shape: [2], data: Float32Array.of(0, 100) },
    });
    expect(await layer.forward(tensor([[[[1, 2, 3, 5]]]])).toArray()).toEqual([[[[3, 8]], [[99, 98]]]]);
  });

  it("infers channels, and shares them among groups", () => {
    const { weight, bias } = parametersOf(initialize(conv2d(6, [3, 5], { groups: 2 }), [4, 9, 9]));
    expect([weight?.shape, bias?.shape]).toEqual([[6, 2, 3, 5], [6]]);
  });

  it("keeps the size with padding same, and dilates", () => {
    const shapeOf = (layer: LayerObject) => apply(initialize(layer, [1, 9, 8]), ones([2, 1, 9, 8])).shape;
    expect(shapeOf(conv2d(3, 5, { padding: "same" }))).toEqual([2, 3, 9, 8]);
    expect(shapeOf(conv2d(3, 3, { dilation: 2, stride: 2, padding: 1 }))).toEqual([2, 3, 4, 3]);
  });

  it("says what does not fit", () => {
    expect(() => initialize(conv2d(4, 3), [784])).toThrow("conv2d: takes images [C, H, W], not [784]");
    expect(() => initialize(conv2d(4, 3, { groups: 3 }), [3, 8, 8])).toThrow(
      "conv2d: 3 groups do not divide 3 channels and 4 filters",
    );
    expect(() => conv2d(4, 0)).toThrow(/conv2d: kernel 0 must be whole numbers ≥ 1/);
    expect(() => conv2d(2.5, 3)).toThrow(/conv2d: filters 2.5/);
    expect(() => conv2d(4, 3).forward(ones([1, 1, 8, 8]))).toThrow(/conv2d: it has no parameters yet/);
  });
});

describe("layers without parameters", () => {
  it("pool, flatten and bend", async () => {
    const x = tensor([
      [
        [
          [1, -2],
          [3, 4],
        ],
      ],
    ]);
    expect(await apply(maxPool2d(2), x).toArray()).toEqual([[[[4]]]]);
    expect(await apply(avgPool2d(2), x).toArray()).toEqual([[[[1.5]]]]);
    expect(await apply(sequential(flatten(), relu()), x).toArray()).toEqual([[1, 0, 3, 4]]);
    const [row] = (await apply(sequential(flatten(), tanh(), sigmoid()), x).toArray()) as number[][];
    expect(row![1]).toBeCloseTo(1 / (1 + Math.exp(-Math.tanh(-2))), 14);
    expect(() => maxPool2d(0)).toThrow(/maxPool2d: kernel 0/);
    expect(() => avgPool2d([2, 1.5])).toThrow(/avgPool2d: kernel \[2,1.5\]/);
  });
});

describe("dropout", () => {
  const values = async (layer: LayerObject, generator: Generator) => {
    const run = compile(() => layer.forward(ones([200, 50]), training(generator)));
    return [await (await run()).data(), await (await run()).data()].map((data) => Array.from(data));
  };

  it("zeroes a share p and divides the rest by 1 − p", async () => {
    const [first] = await values(dropout(0.2), new Generator(3));
    expect([...new Set(first)].sort()).toEqual([0, 1 / (1 - 0.2)]);
    // 10 000 draws of probability 0.2: the standard deviation of the share is 0.004.
    expect(Math.abs(first!.filter((value) => value === 0).length / 10_000 - 0.2)).toBeLessThan(0.016);
  });

  it("drops others at every step, and the same ones from the same seed", async () => {
    const [first, second] = await values(dropout(0.5), new Generator(3));
    expect(first).not.toEqual(second);
    expect(await values(dropout(0.5), new Generator(3))).toEqual([first, second]);
  });

  it("lets the gradient through where it let the value through", async () => {
    const x = image(4, 5);
    const run = compile(() => {
      const y = dropout(0.5).forward(x, training(new Generator(9)));
      return { y, slope: gradients(y.sum(), x) };
    });
    const { y, slope } = await run();
    const [a, b, values] = await Promise.all([y.data(), slope.data(), x.data()]);
    expect([...new Set(b)].sort()).toEqual([0, 2]);
    a.forEach((value, i) => {
      expect(value).toBe(b[i]! * values[i]!);
    });
  });

  it("is the identity in evaluation", () => {
    const x = ones([2, 2]);
    expect(dropout(0.5).forward(x, evaluation())).toBe(x);
    expect(dropout(0.5).forward(x)).toBe(x);
    expect(dropout(0).forward(x, training())).toBe(x);
  });

  it.each([1, -0.1, Number.NaN])("refuses p = %s", (p) => {
    expect(() => dropout(p)).toThrow(`dropout: p ${p} must be at least 0 and below 1`);
  });
});

describe("composition", () => {
  it("takes plain functions as layers and hands them the context", async () => {
    const seen: boolean[] = [];
    const net = sequential(
      (x, context) => {
        seen.push(context.training);
        return x.mul(2);
      },
      (x) => x.add(1),
    );
    expect(await apply(net, tensor([3])).toArray()).toEqual([7]);
    expect(await net.forward(tensor([3]), training()).toArray()).toEqual([7]);
    expect(seen).toEqual([false, true]);
  });

  it("takes objects of a class of one's own", async () => {
    class Doubling implements LayerObject {
      readonly inner = initialize(linear(2, { bias: false }), [2]);
      readonly children = { inner: this.inner };
      forward(x: Tensor): Tensor {
        return apply(this.inner, x).mul(2);
      }
    }
    expect(Object.keys(parametersOf(sequential(relu(), new Doubling())))).toEqual(["1.inner.weight"]);
  });

  it("adds the shortcut of a residual", async () => {
    const net = initialize(residual(conv2d(2, 3, { padding: "same" }), relu()), [2, 4, 4], { seed: 2 });
    const x = image(1, 2, 4, 4);
    const inner = sequential(...Object.values(net.children ?? {}));
    const [whole, part] = await Promise.all([net.forward(x).data(), inner.forward(x).add(x).data()]);
    expect(whole).toEqual(part);
    expect(() => initialize(residual(linear(3)), [2])).toThrow(
      "residual: the layers turn [1, 2] into [1, 3]. Keep the shape",
    );
  });

  it("refuses what is no layer", () => {
    const odd = relu as unknown as LayerObject;
    expect(() => sequential(linear(2), {} as LayerObject)).toThrow("sequential: argument 1 is no layer");
    expect(() => sequential(odd)).not.toThrow();
  });
});
