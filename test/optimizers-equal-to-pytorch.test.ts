// Every optimiser equals PyTorch's: two small nets trained for twenty steps from the same weights, losses and final
// weights. The goldens are written by scripts/make-optimizer-goldens.py.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DeviceName, openDevice, setDevice } from "../src/device/current.ts";
import type { Device } from "../src/device/device.ts";
import { conv2d, flatten, type LayerObject, linear, maxPool2d, sequential, tanh } from "../src/nn/index.ts";
import {
  adadelta,
  adagrad,
  adam,
  adamax,
  adamW,
  lion,
  muon,
  nadam,
  type Optimizer,
  radam,
  rmsprop,
  sgd,
  withoutDecay,
} from "../src/optim/index.ts";
import { type GoldenRun, type GoldenStart, trainFrom, worst } from "./golden-training.ts";

interface Golden extends GoldenStart {
  readonly runs: Readonly<
    Record<string, GoldenRun & { readonly float32Error: Record<keyof GoldenRun, number> }>
  >;
}

const goldenOf = (name: string): Golden =>
  JSON.parse(readFileSync(new URL(`goldens/optimizers-${name}.json`, import.meta.url), "utf8")) as Golden;

const nets: Record<string, () => LayerObject> = {
  mlp: () => sequential(linear(5), tanh(), linear(3)),
  conv: () => sequential(conv2d(2, 3, { padding: 1 }), tanh(), maxPool2d(2), flatten(), linear(3)),
};

const optimizers: Record<string, () => Optimizer> = {
  sgd: () => sgd({ lr: 0.1 }),
  "sgd-momentum": () => sgd({ lr: 0.05, momentum: 0.9, dampening: 0.2, weightDecay: 0.01 }),
  "sgd-nesterov": () => sgd({ lr: 0.05, momentum: 0.9, nesterov: true }),
  adam: () => adam({ lr: 0.01, weightDecay: 0.001 }),
  adamw: () => adamW({ lr: 0.01, betas: [0.8, 0.99], weightDecay: 0.1 }),
  "adamw-groups": () => adamW({ lr: 0.02, weightDecay: 0.1, groups: [{ ...withoutDecay, lrScale: 0.5 }] }),
  adamax: () => adamax({ lr: 0.02, weightDecay: 0.01 }),
  nadam: () => nadam({ lr: 0.01, weightDecay: 0.01, momentumDecay: 0.01 }),
  radam: () => radam({ lr: 0.01, weightDecay: 0.01 }),
  "radam-short": () => radam({ lr: 0.01, betas: [0.8, 0.9] }),
  rmsprop: () => rmsprop({ lr: 0.005, weightDecay: 0.01 }),
  "rmsprop-centered": () => rmsprop({ lr: 0.002, alpha: 0.9, centered: true, momentum: 0.5, eps: 1e-3 }),
  adagrad: () => adagrad({ lr: 0.05, lrDecay: 0.1, weightDecay: 0.01 }),
  adadelta: () => adadelta({ lr: 1, rho: 0.8, eps: 1e-4, weightDecay: 0.01 }),
  lion: () => lion({ lr: 0.01, weightDecay: 0.1 }),
  muon: () => muon({ lr: 0.01, rest: { lrScale: 0.5 } }),
};

const cases = Object.keys(nets).flatMap((net) => Object.keys(optimizers).map((name) => [net, name] as const));

it.each(Object.keys(nets))("every golden of %s is of an optimiser tested here", (net) => {
  expect(Object.keys(goldenOf(net).runs)).toEqual(Object.keys(optimizers));
});

describe.each(["reference", "native", "wasm"] as const satisfies DeviceName[])("on %s", (device) => {
  let opened: Device;
  beforeAll(async () => {
    opened = await openDevice(device, { threads: 2 });
    setDevice(opened);
  });
  afterAll(() => opened.close());

  it.each(cases)("%s trained by %s takes PyTorch's steps", async (net, name) => {
    const golden = goldenOf(net);
    const wanted = golden.runs[name]!;
    const run = await trainFrom(golden, nets[net]!(), optimizers[name]!(), wanted.losses.length);
    for (const part of ["losses", "weights"] as const) {
      // In float64 the same digits; in float32 no worse than twice PyTorch's own rounding.
      const size = Math.max(...wanted[part].map(Math.abs));
      const bound = device === "reference" ? 1e-10 * size : 2 * wanted.float32Error[part] + 1e-7;
      expect(worst(run[part], wanted[part]), part).toBeLessThanOrEqual(bound);
    }
  });
});
