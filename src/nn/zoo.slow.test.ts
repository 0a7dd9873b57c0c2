// Nets by name: sizes known from the papers, any classes and colours. That each trains is in test/zoo.test.ts.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDevice, setDevice } from "../device/current.ts";
import type { Device } from "../device/device.ts";
import { tensor } from "../tensor/create.ts";
import { describe as describeNet } from "./describe.ts";
import { initialize } from "./initialize.ts";
import { apply } from "./layer.ts";
import { wideResnet } from "./resnet.ts";
import { zoo } from "./zoo.ts";

let device: Device;
beforeAll(async () => {
  device = await openDevice("cpu", { threads: 2 });
  setDevice(device);
});
afterAll(() => device.close());

describe("zoo", () => {
  const shapes = { mnist: [1, 28, 28], cifar: [3, 32, 32] } as const;
  const count = (name: string, shape: readonly [number, number, number]) =>
    describeNet(zoo[name]!({ classes: 10, shape }), shape)
      .map(({ parameters }) => parameters)
      .filter(Boolean);

  it("has the parameters the papers and the arithmetic say", () => {
    expect(count("mlp", shapes.mnist)).toEqual([785_000, 10_010]);
    expect(count("linear", shapes.mnist)).toEqual([7850]);
    expect(count("lenet5", shapes.mnist)).toEqual([156, 2416, 48_120, 10_164, 850]);
    expect(count("deepMlp", shapes.mnist)).toEqual([
      1_962_500, 5_002_000, 3_001_500, 1_501_000, 500_500, 5010,
    ]);
    expect(count("linear", shapes.cifar)).toEqual([30_730]);
  });

  it.each(Object.keys(zoo))("%s takes colour pictures and any number of classes", (name) => {
    // Small pictures: most of the time goes into drawing the first layer's weights.
    const shape = [3, 16, 16] as const;
    const net = initialize(zoo[name]!({ classes: 7, shape }), shape);
    const x = tensor(new Float32Array(2 * 768), { shape: [2, ...shape] });
    expect(apply(net, x).shape).toEqual([2, 7]);
  });

  it("makes a new net each time", () => {
    const options = { classes: 10, shape: shapes.mnist };
    expect(zoo["cnn"]!(options)).not.toBe(zoo["cnn"]!(options));
  });

  it("has the residual nets' parameters and work as the papers count them", () => {
    const rows = (name: string) =>
      describeNet(zoo[name]!({ classes: 10, shape: shapes.cifar }), shapes.cifar);
    const total = (name: string) => rows(name).reduce((sum, { parameters }) => sum + parameters, 0);
    // The paper's 0.27 M, 0.46 M and 0.85 M, batch norm included.
    expect(["resnet20", "resnet32", "resnet56"].map(total)).toEqual([269_722, 464_154, 853_018]);
    // Products of ResNet-20's convolutions and dense layer: 40.55 million.
    const products = rows("resnet20").filter(({ type }) => type === "conv2d" || type === "linear");
    expect(products.reduce((sum, { flops }) => sum + flops / 2, 0)).toBe(40_551_040);
    expect(() => wideResnet({ depth: 20, width: 2, classes: 10 })).toThrow(
      "wideResnet: depth 20 must be 6n + 4",
    );
  });
});
