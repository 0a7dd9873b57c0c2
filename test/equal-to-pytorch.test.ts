// Small nets trained for ten steps equal PyTorch's runs from the same weights: losses and final weights, for each
// optimiser. The goldens are written by scripts/make-goldens.py.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DeviceName, openDevice, setDevice } from "../src/device/current.ts";
import type { Device } from "../src/device/device.ts";
import {
  avgPool2d,
  conv2d,
  flatten,
  type LayerObject,
  linear,
  maxPool2d,
  relu,
  sequential,
  tanh,
} from "../src/nn/index.ts";
import { adam, adamW, type Optimizer, sgd } from "../src/optim/index.ts";
import { type Entry, type GoldenStart, trainFrom, worst } from "./golden-training.ts";

interface Run {
  readonly losses: readonly number[];
  readonly weights: Readonly<Record<string, Entry>>;
}

interface Golden extends GoldenStart {
  readonly runs: Readonly<Record<string, { readonly float64: Run; readonly float32: Run }>>;
}

const goldenOf = (name: string): Golden =>
  JSON.parse(readFileSync(new URL(`goldens/${name}.json`, import.meta.url), "utf8")) as Golden;

const nets: Record<string, () => LayerObject> = {
  mlp: () => sequential(linear(7), relu(), linear(4)),
  conv: () =>
    sequential(
      ...[conv2d(4, 3, { padding: 1 }), relu(), maxPool2d(2)],
      ...[conv2d(6, 3, { stride: 2, padding: 1 }), tanh(), avgPool2d(2, { stride: 1, padding: 1 })],
      ...[flatten(), linear(5)],
    ),
};

const optimizers: Record<string, () => Optimizer> = {
  sgd: () => sgd({ lr: 0.1 }),
  "sgd-nesterov": () => sgd({ lr: 0.05, momentum: 0.9, nesterov: true, weightDecay: 0.01 }),
  "sgd-dampened": () => sgd({ lr: 0.1, momentum: 0.8, dampening: 0.3 }),
  adam: () => adam({ lr: 0.01, weightDecay: 0.001 }),
  adamw: () => adamW({ lr: 0.01, betas: [0.8, 0.99], weightDecay: 0.1 }),
};

const weightsOf = (run: Run): number[] => Object.values(run.weights).flatMap(({ data }) => data);

const cases = Object.keys(nets).flatMap((net) => Object.keys(optimizers).map((name) => [net, name] as const));

describe.each(["reference", "native", "wasm"] as const satisfies DeviceName[])("on %s", (device) => {
  let opened: Device;
  beforeAll(async () => {
    opened = await openDevice(device, { threads: 2 });
    setDevice(opened);
  });
  afterAll(() => opened.close());

  it.each(cases)("%s trained by %s takes PyTorch's steps", async (net, name) => {
    const golden = goldenOf(net);
    const { float64, float32 } = golden.runs[name]!;
    const run = await trainFrom(golden, nets[net]!(), optimizers[name]!(), float64.losses.length);
    const parts = [
      [run.weights, weightsOf(float64), weightsOf(float32)],
      [run.losses, float64.losses, float32.losses],
    ] as const;
    expect(Object.keys(golden.weights)).toEqual(Object.keys(float64.weights));
    for (const [own, exact, short] of parts) {
      const error = worst(own, exact);
      // In float64 the same digits; in float32 no worse than twice PyTorch's own rounding.
      const size = Math.max(...exact.map(Math.abs));
      const bound = device === "reference" ? 1e-10 * size : 2 * worst(short, exact) + 1e-7;
      expect(error).toBeLessThanOrEqual(bound);
    }
  });
});
