// Small nets trained for ten steps equal PyTorch's runs from the same weights: losses and final weights, for each
// optimiser. The goldens are written by scripts/make-goldens.py.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DeviceName, openDevice, setDevice } from "../src/device/current.ts";
import type { Device } from "../src/device/device.ts";
import {
  apply,
  avgPool2d,
  conv2d,
  crossEntropy,
  flatten,
  initialize,
  type LayerObject,
  linear,
  loadState,
  maxPool2d,
  parametersOf,
  relu,
  type StateDict,
  sequential,
  stateDict,
  tanh,
  training,
} from "../src/nn/index.ts";
import { adam, adamW, type Optimizer, sgd } from "../src/optim/index.ts";
import { compile } from "../src/tensor/compile.ts";
import { tensor } from "../src/tensor/create.ts";
import { gradients } from "../src/tensor/gradients.ts";
import type { Tensor } from "../src/tensor/tensor.ts";

interface Entry {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface Run {
  readonly losses: readonly number[];
  readonly weights: Readonly<Record<string, Entry>>;
}

interface Golden {
  readonly inputs: Entry;
  readonly labels: readonly number[];
  readonly weights: Readonly<Record<string, Entry>>;
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

/** Trains as the golden's script does, from the golden's weights. */
async function train(net: LayerObject, optimizer: Optimizer, golden: Golden, steps: number): Promise<Run> {
  initialize(net, golden.inputs.shape.slice(1));
  const start = Object.entries(golden.weights).map(([name, { shape, data }]) => [
    name,
    { shape, data: Float64Array.from(data) },
  ]);
  await loadState(net, Object.fromEntries(start) as StateDict);
  const parameters = parametersOf(net);
  optimizer.init(parameters);
  const step = compile((x: Tensor, labels: Tensor, learningRate: Tensor) => {
    const loss = crossEntropy(apply(net, x, training()), labels);
    optimizer.update(parameters, gradients(loss, parameters), learningRate);
    return loss;
  });
  const x = tensor(Float64Array.from(golden.inputs.data), { shape: golden.inputs.shape });
  const labels = tensor(golden.labels, { dtype: "int32" });
  const learningRate = tensor(optimizer.learningRate as number);
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) losses.push(await (await step(x, labels, learningRate)).item());
  const state = await stateDict(net);
  const weights = Object.entries(state).map(([name, { shape, data }]) => [name, { shape, data: [...data] }]);
  return { losses, weights: Object.fromEntries(weights) as Run["weights"] };
}

const worst = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), a.length === b.length ? 0 : Infinity);

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
    const run = await train(nets[net]!(), optimizers[name]!(), golden, float64.losses.length);
    expect(Object.keys(run.weights)).toEqual(Object.keys(float64.weights));
    for (const part of [weightsOf, (r: Run) => r.losses]) {
      const error = worst(part(run), part(float64));
      // In float64 the same digits; in float32 no worse than twice PyTorch's own rounding.
      const size = Math.max(...part(float64).map(Math.abs));
      const bound = device === "reference" ? 1e-10 * size : 2 * worst(part(float32), part(float64)) + 1e-7;
      expect(error).toBeLessThanOrEqual(bound);
    }
  });
});
