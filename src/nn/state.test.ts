// Parameters by name: made from a seed, read out, put back, counted.
import { beforeAll, describe, expect, it } from "vitest";
import { CheckpointError } from "../base/errors.ts";
import { setDevice } from "../device/current.ts";
import { ReferenceDevice } from "../device/reference/reference-device.ts";
import { tensor } from "../tensor/create.ts";
import { residual, sequential } from "./compose.ts";
import { conv2d } from "./convolution.ts";
import { describe as describeNet, summary } from "./describe.ts";
import { initialize } from "./initialize.ts";
import { apply, type LayerObject, layersOf } from "./layer.ts";
import { dropout, flatten, maxPool2d, relu } from "./plain.ts";
import { buffersOf, loadState, parametersOf, stateDict } from "./state.ts";
import { linear } from "./weights.ts";

beforeAll(() => setDevice(new ReferenceDevice()));

const small = () =>
  sequential(
    ...[conv2d(2, 3, { padding: 1 }), relu(), maxPool2d(2)],
    ...[residual(conv2d(2, 1, { bias: false })), flatten(), linear(3)],
  );

describe("parametersOf", () => {
  it("names parameters as PyTorch's state_dict, in the order of the layers", () => {
    const parameters = parametersOf(initialize(small(), [1, 4, 4]));
    expect(Object.entries(parameters).map(([name, { shape }]) => [name, ...shape])).toEqual([
      ["0.weight", 2, 1, 3, 3],
      ["0.bias", 2],
      ["3.0.weight", 2, 2, 1, 1],
      ["5.weight", 3, 8],
      ["5.bias", 3],
    ]);
  });

  it("names a layer that is used twice once", () => {
    const shared = linear(4);
    const net = initialize(sequential(shared, relu(), shared), [4]);
    expect(Object.keys(parametersOf(net))).toEqual(["0.weight", "0.bias"]);
    expect(layersOf(net).map(({ path }) => path)).toEqual(["", "0", "1"]);
  });

  it("says so when there are none yet", () => {
    expect(() => parametersOf(small())).toThrow(
      "parametersOf: layer 0 (conv2d) has no parameters yet. Call initialize(net, inputShape, { seed: 1 }) first.",
    );
  });
});

describe("initialize", () => {
  it("draws the same from the same seed, other numbers from another, and others for each layer", async () => {
    const drawn = async (seed: number) => {
      const net = sequential(linear(3, { bias: false }), linear(3, { bias: false }));
      const state = await stateDict(initialize(net, [3], { seed }));
      return [state["0.weight"]!.data, state["1.weight"]!.data];
    };
    const [first, again, other] = await Promise.all([drawn(1), drawn(1), drawn(2)]);
    expect(again).toEqual(first);
    expect(other[0]).not.toEqual(first[0]);
    expect(first[0]).not.toEqual(first[1]);
  });

  it("leaves parameters that exist", () => {
    const net = initialize(small(), [1, 4, 4], { seed: 1 });
    const before = parametersOf(net);
    expect(parametersOf(initialize(net, [1, 4, 4], { seed: 2 }))).toEqual(before);
    expect(parametersOf(net)["0.weight"]).toBe(before["0.weight"]);
  });

  it("tells of layers that a parent runs behind its back", () => {
    const child = linear(2);
    const parent: LayerObject = { type: "sly", children: { child }, forward: (x) => x };
    expect(() => initialize(sequential(parent), [2])).toThrow(
      "initialize: layer 0.child (linear) was not reached. Run layers inside a layer with nn.apply(child, x, context).",
    );
  });

  it("tells of a shape that does not go through", () => {
    expect(() => initialize(small(), [1, 1, 1])).toThrow(/maxPool2d: a 2×2 window does not fit a 1×1 image/);
  });
});

describe("loadState", () => {
  it("gives the net the outputs of the net it was read from", async () => {
    const [a, b] = [1, 2].map((seed) => initialize(small(), [1, 4, 4], { seed })) as [
      LayerObject,
      LayerObject,
    ];
    const x = tensor(
      Float32Array.from({ length: 32 }, (_, i) => Math.cos(i)),
      { shape: [2, 1, 4, 4] },
    );
    const [before, wanted] = await Promise.all([apply(b, x).data(), apply(a, x).data()]);
    expect(before).not.toEqual(wanted);
    await loadState(b, await stateDict(a));
    expect(await apply(b, x).data()).toEqual(wanted);
  });

  it("saves buffers beside parameters", async () => {
    const counter: LayerObject = { buffers: { seen: tensor([7]) }, forward: (x) => x };
    const net = sequential(counter);
    expect(Object.keys(buffersOf(net))).toEqual(["0.seen"]);
    expect(Object.keys(parametersOf(net))).toEqual([]);
    await loadState(net, { "0.seen": { shape: [1], data: Float32Array.of(9) } });
    expect((await stateDict(net))["0.seen"]?.data[0]).toBe(9);
  });

  it("names what is missing, unexpected and misshaped, and writes nothing then", async () => {
    const net = initialize(small(), [1, 4, 4], { seed: 1 });
    const before = await stateDict(net);
    const { "0.bias": _, ...rest } = before;
    const wrong = {
      ...rest,
      "0.weight": { shape: [2, 1, 3, 3], data: new Float32Array(18) },
      "5.weight": { shape: [8, 3], data: new Float32Array(24) },
      "9.weight": { shape: [1], data: new Float32Array(1) },
    };
    const failure = await loadState(net, wrong).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CheckpointError);
    expect((failure as CheckpointError).message).toBe(
      "loadState: the state does not fit this net; missing: 0.bias; unexpected: 9.weight; " +
        "misshaped: 5.weight is [8, 3] and should be [3, 8]. Load it into the net it was saved from.",
    );
    expect((failure as CheckpointError).fields["missing"]).toEqual(["0.bias"]);
    expect(await stateDict(net)).toEqual(before);
  });
});

describe("describe", () => {
  it("lists what computes, with shapes, parameters and work", () => {
    const net = sequential(...[small(), dropout(0.5), (x: Parameters<typeof apply>[1]) => x.neg()]);
    expect(describeNet(net, [1, 4, 4])).toEqual([
      { name: "0.0", type: "conv2d", shape: [2, 4, 4], parameters: 20, flops: 2 * 32 * 9 },
      { name: "0.1", type: "relu", shape: [2, 4, 4], parameters: 0, flops: 0 },
      { name: "0.2", type: "maxPool2d", shape: [2, 2, 2], parameters: 0, flops: 0 },
      { name: "0.3.0", type: "conv2d", shape: [2, 2, 2], parameters: 4, flops: 2 * 8 * 2 },
      { name: "0.4", type: "flatten", shape: [8], parameters: 0, flops: 0 },
      { name: "0.5", type: "linear", shape: [3], parameters: 27, flops: 48 },
      { name: "1", type: "dropout", shape: [3], parameters: 0, flops: 0 },
      { name: "2", type: "function", shape: [3], parameters: 0, flops: 0 },
    ]);
  });

  it("counts half the products of two groups, and a shared layer's parameters once", () => {
    const [grouped] = describeNet(conv2d(4, 3, { groups: 2 }), [4, 5, 5]);
    expect(grouped).toEqual({
      name: "net",
      type: "conv2d",
      shape: [4, 3, 3],
      parameters: 76,
      flops: 2 * 36 * 18,
    });
    const shared = linear(4);
    expect(describeNet(sequential(shared, shared), [4]).map(({ parameters }) => parameters)).toEqual([20, 0]);
  });

  it("leaves a net without parameters as it was, so that the seed still decides", async () => {
    const [fresh, described] = [linear(3), linear(3)];
    describeNet(described, [2]);
    expect(() => parametersOf(described)).toThrow(/no parameters yet/);
    const [a, b] = await Promise.all(
      [fresh, described].map((net) => stateDict(initialize(net, [2], { seed: 5 }))),
    );
    expect(b).toEqual(a);
  });

  it("prints a table with totals", () => {
    const lines = summary(sequential(flatten(), linear(1000), relu(), linear(10)), [1, 28, 28]).split("\n");
    expect(lines).toEqual([
      "layer      type     output       parameters      FLOPs",
      "input               [1, 28, 28]",
      "0          flatten  [784]",
      "1          linear   [1000]          785 000  1 568 000",
      "2          relu     [1000]",
      "3          linear   [10]             10 010     20 000",
      "total                               795 010  1 588 000",
      "trainable                           795 010",
      "",
    ]);
  });
});
