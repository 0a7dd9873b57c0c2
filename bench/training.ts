// A net under training on one device: one compiled step, and the bursts in which it is timed.
// Uses the public API only, as a user's own loop would.
import { setTimeout as sleep } from "node:timers/promises";
import { compile, type Device, full, gradients, initialize, nn, setDevice, type Tensor, tensor } from "nabla";
import { buildNet, buildOptimizer, type NetSpec } from "./nets.ts";

/** Batches that take turns, so that no step finds its data in the caches. */
const ROTATION = 4;

/** As long as threads spin before they sleep, and some more. */
const REST = 5;

/** Milliseconds of each of a list of steps. */
export type Times = number[];

/** The time of each call, in milliseconds, for so many seconds but at least three calls; then a short rest. */
export async function timeCalls(call: (i: number) => Promise<unknown>, seconds: number): Promise<Times> {
  const times: Times = [];
  const end = performance.now() + seconds * 1e3;
  for (let before = performance.now(); times.length < 3 || before < end; ) {
    await call(times.length);
    const after = performance.now();
    times.push(after - before);
    before = after;
  }
  await sleep(REST);
  return times;
}

/** Numbers near a normal distribution: the sum of twelve uniform ones. */
function normal(count: number): Float32Array {
  const draw = () => {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += Math.random();
    return sum;
  };
  return Float32Array.from({ length: count }, draw);
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((size, n) => size * n, 1);

/** Random batches of images. */
export const makeImages = (shape: readonly number[], batch: number): Tensor[] =>
  Array.from({ length: ROTATION }, () => tensor(normal(batch * sizeOf(shape)), { shape: [batch, ...shape] }));

const makeLabels = (batch: number): Tensor[] =>
  Array.from({ length: ROTATION }, () =>
    tensor(Int32Array.from({ length: batch }, () => Math.floor(Math.random() * 10))),
  );

/** A training step ready to be timed. */
export interface Training {
  /** One call a step. */
  once(seconds: number): Promise<Times>;
  /** Many steps a call, each call about a twentieth of a second; the times are of one step. */
  many(seconds: number): Promise<Times>;
  /** Does so many steps, one call each. */
  steps(count: number): Promise<void>;
  memory(): Promise<{ arenaBytes: number; liveBytes: number }>;
  /** The loss of one more step. */
  loss(): Promise<number>;
}

/** Builds the net on `device`, which becomes the current one, and warms its step up. */
export async function startTraining(device: Device, spec: NetSpec, batch: number): Promise<Training> {
  setDevice(device);
  const net = initialize(buildNet(spec), spec.input, { seed: 1 });
  const parameters = nn.parametersOf(net);
  const optimizer = buildOptimizer(spec.optimizer(batch));
  optimizer.init(parameters);
  const rate = full([], spec.optimizer(batch).lr);
  const [images, labels] = [makeImages(spec.input, batch), makeLabels(batch)];
  const step = compile((x: Tensor, y: Tensor) => {
    const loss = nn.crossEntropy(nn.apply(net, x, nn.training()), y);
    optimizer.update(parameters, gradients(loss, parameters), rate);
    return loss;
  });
  const call = (i: number) => {
    setDevice(device);
    return step(images[i % ROTATION]!, labels[i % ROTATION]!);
  };
  const warm = await timeCalls(call, 0.3);
  const perCall = Math.max(1, Math.ceil(50 / Math.min(...warm)));
  const repeat = (i: number) => {
    setDevice(device);
    return step.repeat(perCall, images[i % ROTATION]!, labels[i % ROTATION]!);
  };
  return {
    once: (seconds) => timeCalls(call, seconds),
    many: async (seconds) => (await timeCalls(repeat, seconds)).map((time) => time / perCall),
    async steps(count) {
      for (let i = 0; i < count; i++) await call(i);
    },
    memory: () => step.memory(images[0]!, labels[0]!),
    loss: async () => (await call(0)).item(),
  };
}
