// Every net by name trains on a tiny problem: layers, gradients, compiler and kernels together.
import { afterAll, beforeAll, expect, it } from "vitest";
import { RandomStream } from "../src/base/random.ts";
import { openDevice, setDevice } from "../src/device/current.ts";
import type { Device } from "../src/device/device.ts";
import { initialize } from "../src/nn/initialize.ts";
import { apply, training } from "../src/nn/layer.ts";
import { crossEntropy } from "../src/nn/losses.ts";
import { parametersOf } from "../src/nn/state.ts";
import { zoo } from "../src/nn/zoo.ts";
import { compile } from "../src/tensor/compile.ts";
import { tensor } from "../src/tensor/create.ts";
import { gradients } from "../src/tensor/gradients.ts";
import { Generator } from "../src/tensor/random.ts";

let device: Device;
beforeAll(async () => {
  device = await openDevice("cpu", { threads: 2 });
  setDevice(device);
});
afterAll(() => device.close());

it.each(Object.keys(zoo))("%s trains: ten steps halve the loss on eight images", async (name) => {
  const shape = [1, 16, 16] as const;
  const net = initialize(zoo[name]!({ classes: 2, shape }), shape, {
    seed: 1,
  });
  const parameters = parametersOf(net);
  const random = new RandomStream(5);
  const labels = Int32Array.of(0, 1, 0, 1, 0, 1, 0, 1);
  // Class 1 is bright in its upper half, class 0 in its lower.
  const pixels = Float32Array.from({ length: 8 * 256 }, (_, i) => {
    const isUpper = i % 256 < 128;
    return random.normal(0, 0.3) + (isUpper === (labels[Math.floor(i / 256)] === 1) ? 1 : 0);
  });
  const x = tensor(pixels, { shape: [8, ...shape] });
  const generator = new Generator(2);
  const step = compile(() => {
    const loss = crossEntropy(apply(net, x, training(generator)), tensor(labels));
    for (const [key, slope] of Object.entries(gradients(loss, parameters))) {
      // Steps by sign need no learning rate of its own for each net (Riedmiller & Braun 1993).
      parameters[key]!.assign(parameters[key]!.sub(slope.sign().mul(0.002)));
    }
    return loss;
  });
  const first = await (await step()).item();
  const { result } = await step.repeat(10);
  expect(await result.item()).toBeLessThan(first / 2);
});
