// Every kind of layer trained for five steps, and every loss with its gradient, equal PyTorch's.
// The goldens are written by scripts/make-layer-goldens.py.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DeviceName, openDevice, setDevice } from "../src/device/current.ts";
import type { Device } from "../src/device/device.ts";
import * as nn from "../src/nn/index.ts";
import { compile } from "../src/tensor/compile.ts";
import { tensor } from "../src/tensor/create.ts";
import { logSoftmax } from "../src/tensor/functions.ts";
import { gradients } from "../src/tensor/gradients.ts";
import type { Tensor } from "../src/tensor/tensor.ts";

interface Entry {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface LayerGolden {
  readonly inputs: Entry;
  readonly target: Entry;
  readonly start: Readonly<Record<string, Entry>>;
  readonly losses: readonly number[];
  readonly state: Readonly<Record<string, readonly number[]>>;
  readonly output: readonly number[];
  readonly float32Error: Readonly<Record<"losses" | "state" | "output", number>>;
}

interface LossGoldens {
  readonly x: readonly number[];
  readonly t: readonly number[];
  readonly losses: Readonly<
    Record<
      string,
      {
        readonly value: readonly number[];
        readonly gradient: readonly number[];
        readonly float32Error: Readonly<Record<"value" | "gradient", number>>;
      }
    >
  >;
}

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`goldens/${name}.json`, import.meta.url), "utf8"));
const layerGoldens = read("layers") as Readonly<Record<string, LayerGolden>>;
const lossGoldens = read("losses") as LossGoldens;

const dense = (activation: nn.Layer) => nn.sequential(nn.linear(5), activation, nn.linear(3));

const nets: Record<string, () => nn.LayerObject> = {
  batchNorm1d: () => nn.sequential(nn.linear(5), nn.batchNorm1d(), nn.relu(), nn.linear(3)),
  batchNorm2d: () =>
    nn.sequential(nn.conv2d(4, 3, { bias: false }), nn.batchNorm2d({ momentum: 0.3 }), nn.relu()),
  layerNorm: () => nn.sequential(nn.linear(5), nn.layerNorm(), nn.tanh(), nn.linear(3)),
  groupNorm: () => nn.sequential(nn.conv2d(4, 3), nn.groupNorm(2), nn.tanh()),
  conv1d: () => nn.sequential(nn.conv1d(4, 3, { stride: 2, padding: 1 }), nn.tanh(), nn.conv1d(2, 2)),
  convTranspose2d: () =>
    nn.sequential(nn.convTranspose2d(4, 3, { stride: 2, padding: 1, outputPadding: 1 }), nn.tanh()),
  depthwiseConv2d: () =>
    nn.sequential(nn.depthwiseConv2d(3, { padding: 1, multiplier: 2 }), nn.conv2d(2, 3, { dilation: 2 })),
  parallel: () => nn.parallel([nn.conv2d(2, 1), nn.conv2d(3, 3, { padding: 1 })]),
  basicBlock: () => nn.basicBlock(6, { stride: 2 }),
  adaptiveAvgPool2d: () => nn.sequential(nn.conv2d(2, 1), nn.adaptiveAvgPool2d([4, 2])),
  adaptiveMaxPool2d: () => nn.sequential(nn.conv2d(2, 1), nn.adaptiveMaxPool2d([4, 2])),
  embedding: () => nn.sequential(nn.embedding(5, 4), nn.linear(3)),
  leakyRelu: () => dense(nn.leakyRelu(0.2)),
  elu: () => dense(nn.elu(1.5)),
  selu: () => dense(nn.selu()),
  gelu: () => dense(nn.gelu()),
  geluTanh: () => dense(nn.gelu({ approximate: "tanh" })),
  silu: () => dense(nn.silu()),
  mish: () => dense(nn.mish()),
  hardswish: () => dense(nn.hardswish()),
  hardsigmoid: () => dense(nn.hardsigmoid()),
  softplus: () => dense(nn.softplus()),
  softsign: () => dense(nn.softsign()),
  softmax: () => dense(nn.softmax()),
  logSoftmax: () => dense(nn.logSoftmax()),
};

const whole = (...values: number[]) => tensor(values, { dtype: "int32" });
const weights = { classWeights: [0.5, 1, 2, 0.25] };
const ignoring = { ignoreIndex: -100 };

const losses: Record<string, (x: Tensor, t: Tensor) => Tensor> = {
  crossEntropy: (x) => nn.crossEntropy(x, whole(2, 0, 3, 1)),
  "crossEntropy weighted": (x) => nn.crossEntropy(x, whole(2, 0, 3, 1), weights),
  "crossEntropy smoothed": (x) => nn.crossEntropy(x, whole(2, 0, 3, 1), { labelSmoothing: 0.1 }),
  "crossEntropy all options": (x) =>
    nn.crossEntropy(x, whole(2, -100, 3, 1), { ...weights, ...ignoring, labelSmoothing: 0.1 }),
  "crossEntropy sum": (x) => nn.crossEntropy(x, whole(2, -100, 3, 1), { ...ignoring, reduction: "sum" }),
  "crossEntropy none": (x) =>
    nn.crossEntropy(x, whole(2, -100, 3, 1), { ...weights, ...ignoring, reduction: "none" }),
  "crossEntropy soft": (x, t) => nn.crossEntropy(x, t, { ...weights, labelSmoothing: 0.2 }),
  nll: (x) => nn.nll(x, whole(2, -100, 3, 1), { ...weights, ...ignoring }),
  bceWithLogits: (x, t) => nn.bceWithLogits(x, t),
  "bceWithLogits weighted": (x, t) =>
    nn.bceWithLogits(x, t, { positiveWeight: tensor(weights.classWeights) }),
  mse: (x, t) => nn.mse(x, t),
  l1: (x, t) => nn.l1(x, t),
  huber: (x, t) => nn.huber(x, t, { delta: 0.7 }),
  smoothL1: (x, t) => nn.smoothL1(x, t, { beta: 0.7 }),
  klDivergence: (x, t) => nn.klDivergence(logSoftmax(x), t),
  "klDivergence mean": (x, t) => nn.klDivergence(logSoftmax(x), t, { reduction: "mean" }),
};

const floats = ({ shape, data }: Entry) => ({ shape, data: Float64Array.from(data) });

/** Trains as the golden's script does; gives the losses, all parameters and buffers, and the output in evaluation. */
async function train(net: nn.LayerObject, golden: LayerGolden, isEmbedding: boolean) {
  nn.initialize(net, golden.inputs.shape.slice(1));
  const start = Object.entries(golden.start).map(([name, entry]) => [name, floats(entry)]);
  await nn.loadState(net, Object.fromEntries(start) as nn.StateDict);
  const parameters = nn.parametersOf(net);
  const { shape, data } = golden.inputs;
  const x = isEmbedding
    ? tensor(Int32Array.from(data), { shape })
    : tensor(Float64Array.from(data), { shape });
  const target = tensor(Float64Array.from(golden.target.data), { shape: golden.target.shape });
  const step = compile(() => {
    const loss = nn.mse(nn.apply(net, x, nn.training()), target);
    for (const [name, slope] of Object.entries(gradients(loss, parameters))) {
      parameters[name]!.assign(parameters[name]!.sub(slope.mul(0.1)));
    }
    return loss;
  });
  const values: number[] = [];
  for (let i = 0; i < golden.losses.length; i++) values.push(await (await step()).item());
  const state = await nn.stateDict(net);
  const output = Array.from(await nn.apply(net, x).data());
  return { losses: values, state, output };
}

/** Fails unless `given` is `wanted`: to 1e-10 in float64, in float32 to twice PyTorch's own error and a few roundings. */
function expectEqual(
  given: ArrayLike<number>,
  wanted: readonly number[],
  device: DeviceName,
  float32Error: number,
): void {
  expect(given.length).toBe(wanted.length);
  const size = Math.max(1, ...wanted.map(Math.abs));
  const bound = device === "reference" ? 1e-10 * size : 2 * float32Error + 1e-7 * size;
  wanted.forEach((value, i) => {
    expect(Math.abs(given[i]! - value)).toBeLessThanOrEqual(bound);
  });
}

it("every golden has its net or loss, and the other way round", () => {
  expect(Object.keys(nets)).toEqual(Object.keys(layerGoldens));
  expect(Object.keys(losses)).toEqual(Object.keys(lossGoldens.losses));
});

describe.each(["reference", "native", "wasm"] as const satisfies DeviceName[])("on %s", (device) => {
  let opened: Device;
  beforeAll(async () => {
    opened = await openDevice(device, { threads: 2 });
    setDevice(opened);
  });
  afterAll(() => opened.close());

  it.each(Object.keys(nets))("%s takes PyTorch's steps", async (name) => {
    const golden = layerGoldens[name]!;
    const run = await train(nets[name]!(), golden, name === "embedding");
    // Buffers are listed after all parameters here and with their layer there.
    expect(Object.keys(run.state).sort()).toEqual(Object.keys(golden.state).sort());
    expectEqual(run.losses, golden.losses, device, golden.float32Error.losses);
    expectEqual(run.output, golden.output, device, golden.float32Error.output);
    for (const [key, wanted] of Object.entries(golden.state)) {
      expectEqual(run.state[key]!.data, wanted, device, golden.float32Error.state);
    }
  });

  it.each(Object.keys(losses))("%s and its gradient are PyTorch's", async (name) => {
    const { value, gradient, float32Error } = lossGoldens.losses[name]!;
    const x = tensor(Float64Array.from(lossGoldens.x), { shape: [4, 4] });
    const t = tensor(Float64Array.from(lossGoldens.t), { shape: [4, 4] });
    const run = compile(() => {
      const loss = losses[name]!(x, t);
      return { loss, slope: gradients(loss.sum(), x) };
    });
    const { loss, slope } = await run();
    expectEqual(await loss.data(), value, device, float32Error.value);
    expectEqual(await slope.data(), gradient, device, float32Error.gradient);
  });
});
