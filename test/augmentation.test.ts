// Augmentation within compiled steps: every device as the reference, the same bits on any number of threads, and from a
// resumed run as from one that never stopped.
import { expect, it } from "vitest";
import * as data from "../src/data/index.ts";
import { openDevice, setDevice } from "../src/device/current.ts";
import { compile, Generator, nn, tensor } from "../src/index.ts";
import { adamW } from "../src/optim/index.ts";
import * as training from "../src/train/index.ts";
import { decodeTrainingState, encodeTrainingState, type FitOptions } from "../src/train/index.ts";
import { deviceNames, deviceOf } from "./devices.ts";
import { stripes } from "./stripes.ts";

const pipeline = [
  ...[
    data.randomAffine({ degrees: 10, translate: 1, scale: [0.9, 1.1], shear: 5 }),
    data.elastic({ sigma: 2 }),
  ],
  ...[
    data.randomCrop({ padding: 1 }),
    data.randomHorizontalFlip(),
    data.randomErasing(),
    data.cutout({ size: 2 }),
  ],
  ...[data.colorJitter({ brightness: 0.2, contrast: 0.2, saturation: 0.2 }), data.mixup(), data.cutmix()],
];

/** Two steps of a batch [24, C, 9, 7] through the pipeline, on the device set: images and labels of the second. */
async function secondStep(channels: number): Promise<Float64Array> {
  const shape = [24, channels, 9, 7];
  const numbers = Float32Array.from({ length: 24 * channels * 63 }, (_, i) => ((i * 37) % 101) / 101);
  const images = tensor(numbers, { shape });
  const labels = tensor(Int32Array.from({ length: 24 }, (_, i) => i % 5));
  const generator = new Generator(3);
  const step = compile(() => data.augment({ images, labels, classes: 5 }, pipeline, generator));
  const { result } = await step.repeat(2);
  return Float64Array.from([...(await result.images.data()), ...(await result.labels.data())]);
}

it.each(deviceNames)("%s does what the reference does", async (name) => {
  for (const channels of [1, 3, 10]) {
    setDevice(await deviceOf("reference"));
    const wanted = await secondStep(channels);
    setDevice(await deviceOf(name));
    const actual = await secondStep(channels);
    expect(actual.length).toBe(wanted.length);
    wanted.forEach((value, i) => {
      expect(actual[i], `${channels} channels, element ${i}`).toBeCloseTo(value, 4);
    });
  }
});

it("gives the same bits on 1, 2 and 4 threads", async () => {
  const results: Buffer[] = [];
  for (const threads of [1, 2, 4]) {
    setDevice(await openDevice("cpu", { threads }));
    results.push(Buffer.from((await secondStep(1)).buffer), Buffer.from((await secondStep(3)).buffer));
  }
  for (const [i, result] of results.entries()) expect(result.equals(results[i % 2]!)).toBe(true);
});

const train = stripes(90, 1);
/** The state at the end, as bytes; `stopAfter` so many steps the run is cut short. */
async function trainOn(threads: number, options: FitOptions, stopAfter = Number.POSITIVE_INFINITY) {
  setDevice(await openDevice("cpu", { threads }));
  const controller = new AbortController();
  const net = nn.sequential(nn.flatten(), nn.dropout(0.2), nn.linear(3));
  const run = training.fit(
    net,
    { train },
    // The criterion never holds, but has every step looked at alone.
    {
      ...{ epochs: 2, batchSize: 16, optimizer: adamW({ lr: 0.02 }), augment: pipeline },
      ...{ until: { gradientNorm: 1e-30 }, signal: controller.signal, ...options },
    },
  );
  const accuracies: number[] = [];
  for (;;) {
    const { value, done } = await run.next();
    if (done) return { state: Buffer.from(encodeTrainingState(run.model, value.state)), accuracies };
    if (value.type !== "step") continue;
    accuracies.push(value.accuracy);
    if (value.step >= stopAfter) controller.abort();
  }
}

it.each([1, 4])("is resumed within an epoch bit by bit, batches in %d part(s)", async (accumulate) => {
  const whole = await trainOn(1, { accumulate });
  expect(whole.accuracies.every((share) => share >= 0 && share <= 1)).toBe(true);
  const first = await trainOn(2, { accumulate }, 7);
  const { state: resume } = decodeTrainingState(first.state);
  expect([resume.epoch, resume.position]).toEqual([1, 2]);
  const second = await trainOn(4, { accumulate, resume });
  expect(second.state.equals(whole.state)).toBe(true);
});
