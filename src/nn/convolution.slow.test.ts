// Convolutions over sequences, depthwise and transposed: equal to what conv2d and the adjoint's definition give.
import { beforeAll, describe, expect, it } from "vitest";
import { setDevice } from "../device/current.ts";
import { ReferenceDevice } from "../device/reference/reference-device.ts";
import { ones, tensor } from "../tensor/create.ts";
import { checkGradients, gradients } from "../tensor/gradients.ts";
import { conv2d as convolve, convTranspose2d as transposed } from "../tensor/images.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { conv1d, conv2d, convTranspose2d, depthwiseConv2d } from "./convolution.ts";
import { describe as describeNet } from "./describe.ts";
import { initialize } from "./initialize.ts";
import { parametersOf } from "./state.ts";

beforeAll(() => setDevice(new ReferenceDevice()));

const wave = (...shape: number[]): Tensor =>
  tensor(
    Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i * 1.3)),
    { shape },
  );

const shapesOf = (parameters: Record<string, Tensor>) => Object.values(parameters).map(({ shape }) => shape);

describe("conv1d", () => {
  it("slides along sequences", async () => {
    const layer = initialize(conv1d(1, 2, { stride: 2, padding: [1, 0] }), [1, 5]);
    await parametersOf(layer)["weight"]!.write([1, 10]);
    await parametersOf(layer)["bias"]!.write([100]);
    // Windows (0, 1), (2, 3), (4, 5) of the sequence with a zero in front.
    expect(await layer.forward(tensor([[[1, 2, 3, 4, 5]]])).toArray()).toEqual([[[110, 132, 154]]]);
  });

  it("infers channels and keeps the length with padding same", () => {
    const layer = initialize(conv1d(6, 3, { groups: 2, padding: "same", dilation: 2 }), [4, 9]);
    expect(shapesOf(parametersOf(layer))).toEqual([[6, 2, 3], [6]]);
    expect(layer.forward(ones([2, 4, 9])).shape).toEqual([2, 6, 9]);
    expect(() => initialize(conv1d(6, 3), [4, 9, 9])).toThrow(
      "conv1d: takes sequences [C, L], not [4, 9, 9]",
    );
    expect(() => layer.forward(ones([4, 9]))).toThrow(/conv1d: takes sequences \[N, C, L\]/);
    expect(() => conv1d(6, 3, { stide: 2 } as object)).toThrow(
      'conv1d: option "stide" is unknown. Did you mean "stride"?',
    );
  });
});

describe("depthwiseConv2d", () => {
  it("is conv2d with as many groups as channels", async () => {
    const options = { padding: 1, stride: 2 };
    const layer = initialize(depthwiseConv2d(3, { ...options, multiplier: 2 }), [3, 6, 5], { seed: 3 });
    const wide = initialize(conv2d(6, 3, { ...options, groups: 3 }), [3, 6, 5], { seed: 3 });
    expect(shapesOf(parametersOf(layer))).toEqual([[6, 1, 3, 3], [6]]);
    const x = wave(2, 3, 6, 5);
    const [a, b] = await Promise.all([layer.forward(x).data(), wide.forward(x).data()]);
    expect(a).toEqual(b);
    expect(describeNet(layer, [3, 6, 5])[0]!.flops).toBe(describeNet(wide, [3, 6, 5])[0]!.flops);
  });
});

describe("convTranspose2d", () => {
  it.each([
    ["plain", {}],
    ["strided", { stride: 2, padding: 1, outputPadding: 1 }],
    ["dilated and grouped", { dilation: [2, 1] as const, groups: 2 }],
  ])("is the adjoint of conv2d by its input: %s", async (_, options) => {
    const { outputPadding: __, ...geometry } = { outputPadding: 0, ...options };
    const weight = wave(4, 2, 3, 2);
    const dy = wave(2, 4, 4, 5);
    const y = transposed(dy, weight, options);
    const x = wave(...(y.shape as number[]));
    const adjoint = gradients(convolve(x, weight, geometry).mul(dy).sum(), x);
    expect(await y.data()).toEqual(await adjoint.data());
    expect(
      (await checkGradients((w) => transposed(dy, w, options).square().sum(), weight)).error,
    ).toBeLessThan(1e-8);
    expect(
      (await checkGradients((t) => transposed(t, weight, options).square().sum(), dy)).error,
    ).toBeLessThan(1e-8);
  });

  it("doubles an image and names its parameters as PyTorch does", () => {
    const layer = initialize(convTranspose2d(6, 4, { stride: 2, padding: 1 }), [3, 5, 5]);
    expect(shapesOf(parametersOf(layer))).toEqual([[3, 6, 4, 4], [6]]);
    expect(layer.forward(ones([2, 3, 5, 5])).shape).toEqual([2, 6, 10, 10]);
  });

  it("says what does not fit", () => {
    expect(() => transposed(ones([1, 3, 4, 4]), ones([4, 2, 3, 3]))).toThrow(
      "convTranspose2d: weight [4, 2, 3, 3] with 1 group(s) does not fit the input's 3 channels",
    );
    expect(() => transposed(ones([1, 4, 4, 4]), ones([4, 2, 3, 3]), { outputPadding: 1 })).toThrow(
      /outputPadding below the stride/,
    );
    expect(() => transposed(ones([1, 4, 1, 1]), ones([4, 2, 1, 1]), { padding: 1 })).toThrow(
      /output would be -1×-1/,
    );
    expect(() => convTranspose2d(4, 3, { padding: "same" as unknown as number })).toThrow(
      /padding "same" is unknown/,
    );
  });
});
