// The public names together, as a user meets them: a net that learns what no linear one can.
import { expect, it } from "vitest";
import {
  compile,
  gradients,
  initialize,
  nn,
  openDevice,
  optim,
  setDevice,
  type Tensor,
  tensor,
} from "./index.ts";

it.each(["reference", "cpu"] as const)("a net of two layers learns exclusive-or on %s", async (name) => {
  const device = await openDevice(name, { threads: 1 });
  setDevice(device);
  const net = initialize(nn.sequential(nn.linear(8), nn.tanh(), nn.linear(2)), [2], { seed: 1 });
  const parameters = nn.parametersOf(net);
  const optimizer = optim.adam({ lr: 0.05 });
  optimizer.init(parameters);
  const x = tensor([
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ]);
  const labels = tensor([0, 1, 1, 0], { dtype: "int32" });
  const step = compile((learningRate: Tensor) => {
    const logits = net.forward(x, nn.training());
    const loss = nn.crossEntropy(logits, labels);
    optimizer.update(parameters, gradients(loss, parameters), learningRate);
    return { loss, correct: nn.correct(logits, labels) };
  });
  const learningRate = tensor(0.05);
  const before = await (await step(learningRate)).loss.item();
  const { result } = await step.repeat(150, learningRate);
  expect(before).toBeGreaterThan(0.5);
  expect(await result.loss.item()).toBeLessThan(0.02);
  expect(await result.correct.item()).toBe(4);
  await device.close();
});
