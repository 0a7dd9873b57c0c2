// Gradients that are right are found right, and ones with a fault are found wrong.
import { describe, expect, it } from "vitest";
import { RandomStream } from "../base/random.ts";
import { nn } from "../index.ts";
import { Slot } from "../ir/node.ts";
import { readSlot } from "../ops/leaf.ts";
import { surrogate } from "../ops/surrogate.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { Model } from "../train/model.ts";
import { GradientProbe } from "./central-differences.ts";
import { checkLayers, checkModel, checkOps, isRight } from "./index.ts";

describe("GradientProbe", () => {
  const slot = new Slot([3], "float32");
  const x = new Tensor(readSlot(slot));
  const values = new Map([[slot, Float64Array.of(0.5, -1, 2)]]);
  const random = () => new RandomStream(1);

  it("compares element by element and along directions", () => {
    const probe = new GradientProbe(x.square().sum().node, [x.node], values);
    expect([...probe.gradientBy(x.node)]).toEqual([1, -2, 4]);
    const { error, analytic, checked } = probe.byElements(x.node, 10, random());
    expect([checked, error < 1e-9, [1, -2, 4].includes(analytic)]).toEqual([3, true, true]);
    expect(probe.byElements(x.node, 2, random()).checked).toBe(2);
    const direction = Float64Array.of(0.6, 0, 0.8);
    expect(probe.along(x.node, direction).analytic).toBeCloseTo(0.6 + 3.2, 12);
    expect(probe.along(x.node, direction).numeric).toBeCloseTo(0.6 + 3.2, 8);
  });

  it("steps over no kink that it can avoid, and finds the slope that is wrong", () => {
    // A kink 5e-7 from the point: the first two steps cross it.
    const bent = x
      .sub(0.5 - 5e-7)
      .relu()
      .sum();
    expect(new GradientProbe(bent.node, [x.node], values).byElements(x.node, 3, random()).error).toBeLessThan(
      1e-7,
    );
    const wrong = new Tensor(surrogate(x.square().node, x.square().mul(1.001).node)).sum();
    const { error } = new GradientProbe(wrong.node, [x.node], values).byElements(x.node, 3, random());
    expect(error).toBeGreaterThan(9e-4);
  });
});

describe("checkLayers", () => {
  const made = () => {
    const net = nn.sequential(
      ...[nn.conv2d(3, 3), nn.batchNorm2d(), nn.relu(), nn.maxPool2d(2)],
      ...[nn.residual(nn.conv2d(3, 3, { padding: 1 })), nn.dropout(0.3), nn.flatten(), nn.linear(4)],
    );
    return nn.initialize(net, [2, 8, 8], { seed: 2 });
  };

  it("finds every layer's gradients right, alone and in the net, and changes nothing", async () => {
    const net = made();
    const before = await nn.stateDict(net);
    const steps: number[] = [];
    const checks = await checkLayers(net, [2, 8, 8], { batch: 3, onProgress: (done) => steps.push(done) });
    expect(checks.map(({ layer, name }) => `${layer} ${name}`)).toEqual([
      ...["0 input", "0 weight", "0 bias", "1 input", "1 weight", "1 bias", "2 input", "3 input"],
      ...[
        "4.0 input",
        "4.0 weight",
        "4.0 bias",
        "4 input",
        "5 input",
        "6 input",
        "7 input",
        "7 weight",
        "7 bias",
      ],
    ]);
    expect(checks.filter((check) => !isRight(check))).toEqual([]);
    expect(checks.filter(({ whole }) => whole !== undefined).length).toBe(8);
    expect(steps).toEqual(Array.from({ length: 11 }, (_, i) => i));
    expect(await nn.stateDict(net)).toEqual(before);
  });

  it("names the layer whose gradient is wrong", async () => {
    const faulty = (x: Tensor) => new Tensor(surrogate(x.tanh().node, x.mul(0.9).node));
    const net = nn.sequential(nn.flatten(), nn.linear(5), faulty, nn.linear(2));
    const checks = await checkLayers(nn.initialize(net, [1, 2, 2]), [1, 2, 2]);
    const wrong = checks.filter((check) => !isRight(check)).map(({ layer, name }) => `${layer} ${name}`);
    // The layer itself, and the parameters that its gradient flows on to.
    expect(wrong).toEqual(["1 weight", "1 bias", "2 input"]);
    expect(checks.find(({ layer, name }) => layer === "1" && name === "weight")!.alone.error).toBeLessThan(
      1e-7,
    );
  });

  it("checks a model by the loss it is trained with", async () => {
    const model: Model = {
      net: made(),
      shape: [2, 8, 8],
      classes: ["a", "b", "c", "d"],
      normalization: { mean: [0, 0], deviation: [1, 1] },
    };
    const checks = await checkModel(model, { samples: 2, batch: 3 });
    expect(checks.every(isRight)).toBe(true);
    expect(checks.every(({ name, checked }) => name === "input" || checked === 2)).toBe(true);
    await expect(checkModel(model, { samples: 0 })).rejects.toThrow(
      "samples must be a whole number of at least 1",
    );
  });
});

describe("checkOps", () => {
  it("finds the rules of the registry right, each on every sample", () => {
    const checks = checkOps({ samples: 2 });
    expect(checks.filter((check) => !isRight(check))).toEqual([]);
    expect(new Set(checks.map(({ op }) => op)).size).toBeGreaterThan(40);
    expect(checks.some(({ op, input }) => op === "matmul" && input === 1)).toBe(true);
  });
});
