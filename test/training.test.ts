// Training on the CPU's kernels: the same losses as on the reference device, the same bits on any number of threads,
// and the same bits when it is interrupted, saved and gone on with.
import { expect, it } from "vitest";
import { type DeviceName, openDevice, setDevice } from "../src/device/current.ts";
import * as nn from "../src/nn/index.ts";
import { adamW } from "../src/optim/index.ts";
import * as training from "../src/train/index.ts";
import {
  decodeTrainingState,
  encodeTrainingState,
  type FitOptions,
  type TrainingState,
} from "../src/train/index.ts";
import { stripes } from "./stripes.ts";

const train = stripes(90, 1);

/** A net with everything the default one has, for images of 6 × 6. */
const net = () =>
  nn.sequential(
    ...[nn.conv2d(8, 3, { padding: "same" }), nn.relu(), nn.maxPool2d(2)],
    ...[nn.flatten(), nn.dropout(0.25), nn.linear(16), nn.relu(), nn.linear(3)],
  );

interface Told {
  readonly losses: number[];
  readonly states: Uint8Array[];
}

/** Trains on a device of its own, which the end of the test's process closes; gives the loss of every step and every state that was offered for saving. */
async function trainOn(name: DeviceName, threads: number, options: FitOptions = {}): Promise<Told> {
  setDevice(await openDevice(name, { threads }));
  const told: Told = { losses: [], states: [] };
  const run = training.fit(
    net(),
    { train },
    {
      ...{
        epochs: 2,
        batchSize: 16,
        optimizer: adamW({ lr: 0.02 }),
        augment: 1,
        until: { gradientNorm: 1e-30 },
      },
      onCheckpoint: async (state: TrainingState) => {
        told.states.push(encodeTrainingState(run.model, state));
        return undefined;
      },
      ...options,
    },
  );
  for await (const event of run) if (event.type === "step") told.losses.push(event.loss);
  return told;
}

it("has the losses of the reference device, step by step", async () => {
  const exact = await trainOn("reference", 1);
  const fast = await trainOn("cpu", 2);
  expect(fast.losses).toHaveLength(exact.losses.length);
  for (const [step, loss] of fast.losses.entries()) expect(loss).toBeCloseTo(exact.losses[step]!, 4);
  expect(exact.losses.at(-1)).toBeLessThan(exact.losses[0]!);
});

it("gives the same bits on one thread and on several, and after an interruption", async () => {
  const one = await trainOn("cpu", 1);
  const several = await trainOn("cpu", 3);
  expect(Buffer.from(several.states.at(-1)!).equals(one.states.at(-1)!)).toBe(true);
  // The state after the first epoch is as far as an interrupted run may have come.
  const { state } = decodeTrainingState(one.states[0]!);
  expect([state.epoch, state.position]).toEqual([1, 0]);
  const resumed = await trainOn("cpu", 2, { resume: state });
  expect(resumed.losses).toEqual(one.losses.slice(state.stepsPerEpoch));
  expect(Buffer.from(resumed.states.at(-1)!).equals(one.states.at(-1)!)).toBe(true);
});
