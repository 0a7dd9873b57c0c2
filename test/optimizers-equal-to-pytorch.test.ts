// Every optimiser equals PyTorch's on every kind of layer: small nets trained for twenty steps from the same weights,
// losses and final weights, running means included. The goldens are written by scripts/make-optimizer-goldens.py.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DeviceName, openDevice, setDevice } from "../src/device/current.ts";
import type { Device } from "../src/device/device.ts";
import * as nn from "../src/nn/index.ts";
import { conv2d, flatten, type LayerObject, linear, sequential } from "../src/nn/index.ts";
import { layersOf, typeOf } from "../src/nn/layer.ts";
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

/** Every activation on numbers of its own; softmax and its logarithm on two. */
const activations = (): LayerObject[] => [
  ...[nn.relu(), nn.tanh(), nn.sigmoid(), nn.selu(), nn.gelu(), nn.silu(), nn.mish(), nn.hardswish()],
  ...[nn.hardsigmoid(), nn.softplus(), nn.softsign(), nn.leakyRelu(0.2), nn.elu(1.5)],
  nn.gelu({ approximate: "tanh" }),
];

const nets: Record<string, () => LayerObject> = {
  mlp: () => sequential(linear(5), nn.tanh(), linear(3)),
  conv: () => sequential(conv2d(2, 3, { padding: 1 }), nn.tanh(), nn.maxPool2d(2), flatten(), linear(3)),
  activations: () => {
    const single = activations().map((layer) => sequential(linear(1), layer));
    const folds = [nn.softmax(), nn.logSoftmax()].map((fold) => sequential(linear(2), fold));
    return sequential(nn.parallel([...single, ...folds]), linear(3));
  },
  normalized: () =>
    sequential(
      ...[conv2d(2, 3, { stride: 2, bias: false }), nn.batchNorm2d({ momentum: 0.3 }), nn.relu()],
      ...[nn.convTranspose2d(2, 3, { stride: 2, padding: 1 }), nn.groupNorm(1), nn.tanh()],
      ...[nn.avgPool2d(2, { padding: 1 }), nn.adaptiveAvgPool2d(2), flatten(), linear(3)],
    ),
  sequence: () =>
    sequential(
      ...[nn.conv1d(3, 3, { stride: 2, padding: 1 }), nn.tanh(), flatten(), nn.batchNorm1d(), nn.silu()],
      ...[linear(4), nn.layerNorm(), nn.tanh(), linear(3)],
    ),
  branched: () =>
    sequential(
      nn.parallel([conv2d(1, 1), conv2d(2, 3, { padding: 1 })]),
      nn.residual(nn.depthwiseConv2d(3, { padding: 2, dilation: 2 }), nn.tanh()),
      ...[conv2d(2, 2), nn.tanh(), nn.adaptiveMaxPool2d([3, 2]), flatten(), linear(3)],
    ),
  block: () => sequential(nn.basicBlock(2, { stride: 2 }), nn.globalAvgPool2d(), flatten(), linear(3)),
  peaks: () => sequential(conv2d(4, 3), nn.tanh(), nn.globalMaxPool2d(), flatten(), linear(3)),
  embedded: () => sequential(nn.embedding(5, 4), flatten(), linear(3)),
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

const NO_LAYERS: readonly string[] = [
  ...["accuracy", "apply", "bceWithLogits", "buffersOf", "correct", "crossEntropy", "describe", "evaluation"],
  ...[
    "freeze",
    "huber",
    "initialize",
    "isFrozen",
    "klDivergence",
    "l1",
    "loadState",
    "mse",
    "nll",
    "observe",
  ],
  ...["parametersOf", "passAt", "pathsOf", "smoothL1", "stateDict", "summary", "training", "unfreeze"],
  // These draw random numbers, or are whole nets.
  ...["dropout", "dropout2d", "wideResnet"],
];

it("has every layer in a net, but for those that draw or are made of others", () => {
  const types = new Set<string>();
  for (const [name, make] of Object.entries(nets)) {
    const shape = goldenOf(name).inputs.shape.slice(1);
    for (const { type } of nn.describe(make(), shape)) types.add(type);
    for (const { layer } of layersOf(make())) types.add(typeOf(layer));
  }
  const isLayer = ([name, value]: [string, unknown]) =>
    typeof value === "function" && !NO_LAYERS.includes(name) && !types.has(name);
  expect(
    Object.entries(nn)
      .filter(isLayer)
      .map(([name]) => name),
  ).toEqual([]);
});

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
