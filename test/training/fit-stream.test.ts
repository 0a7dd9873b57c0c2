// Training on streams: the bits of training in memory, whatever the windows; resumed within an epoch; bounded mixing,
// balanced classes; reading that fails or is no longer wanted.
import { beforeAll, describe, expect, it } from "vitest";
import { DataError } from "../../src/base/errors.ts";
import type { ImageSource } from "../../src/data/image-set.ts";
import { subset } from "../../src/data/split.ts";
import { setDevice } from "../../src/device/current.ts";
import { ReferenceDevice } from "../../src/device/reference/reference-device.ts";
import { dropout, flatten, linear, relu, sequential } from "../../src/nn/index.ts";
import { adamW } from "../../src/optim/index.ts";
import { evaluate } from "../../src/train/evaluate.ts";
import type { FitEvent } from "../../src/train/events.ts";
import { findLearningRate } from "../../src/train/find-learning-rate.ts";
import * as training from "../../src/train/fit.ts";
import { decodeTrainingState, encodeTrainingState } from "../../src/train/model-file.ts";
import type { FitOptions } from "../../src/train/options.ts";
import type { FitResult } from "../../src/train/training-loop.ts";
import { streamed } from "../streamed.ts";
import { stripes } from "../stripes.ts";

beforeAll(() => setDevice(new ReferenceDevice()));

const set = stripes(150, 1);
const shards = [40, 30, 80];
const net = () => sequential(flatten(), linear(12), relu(), dropout(0.1), linear(3));
const start = <S extends ImageSource>(train: S, options: FitOptions = {}) =>
  training.fit(net(), { train }, { optimizer: adamW({ lr: 0.02 }), epochs: 2, batchSize: 6, ...options });

async function finish(run: training.FitRun<ImageSource>): Promise<FitResult & { events: FitEvent[] }> {
  const events: FitEvent[] = [];
  for (;;) {
    const { value, done } = await run.next();
    if (done) return { ...value, events };
    events.push(value);
  }
}

const bytesOf = ({ model, state }: FitResult) => Buffer.from(encodeTrainingState(model, state));

describe("fit on a stream", () => {
  it("gives the bits of training in memory where the buffer holds all images", async () => {
    const inMemory = await finish(start(set, { augment: 1 }));
    const fromStream = await finish(start(streamed(set, shards), { augment: 1 }));
    // The channel statistics of a part of a stream are those of the stream.
    const statistics = { ...inMemory.model.normalization };
    expect(fromStream.model.normalization.mean[0]).toBeCloseTo(statistics.mean[0]!, 2);
    const plain = { augment: 1, normalize: false };
    const a = await finish(start(set, plain));
    const b = await finish(start(streamed(set, shards), plain));
    expect(bytesOf(b).equals(bytesOf(a))).toBe(true);
    expect(b.validation).toEqual(a.validation);
    expect(
      bytesOf(await finish(start(streamed(set, shards), { ...plain, shuffleBuffer: 20 }))).equals(bytesOf(a)),
    ).toBe(false);
  });

  it.each<FitOptions>([{ shuffleBuffer: 16 }, { balanced: true }])(
    "goes on within an epoch as if it had never stopped, with %o",
    async (options) => {
      const whole = bytesOf(await finish(start(streamed(set, shards), options)));
      for (const stopAfter of [3, 9, 27]) {
        const controller = new AbortController();
        let saved: Uint8Array | undefined;
        const run = start(streamed(set, shards), {
          ...options,
          until: { stepNorm: 1e-300 },
          signal: controller.signal,
          onCheckpoint: async (state) => {
            saved = encodeTrainingState(run.model, state);
            return "saved";
          },
        });
        for await (const event of run)
          if (event.type === "step" && event.step === stopAfter) controller.abort();
        const { state } = decodeTrainingState(saved!);
        expect(state.epoch * state.stepsPerEpoch + state.position).toBe(stopAfter);
        const resumed = await finish(start(streamed(set, shards), { ...options, resume: state }));
        expect(bytesOf(resumed).equals(whole)).toBe(true);
      }
    },
  );

  it("reads every image of an epoch once, from few places at a time", async () => {
    const read: number[] = [];
    const stream = streamed(set, shards, (indices) => void read.push(...indices));
    await finish(start(stream, { epochs: 1, validation: 0, shuffleBuffer: 10 }));
    expect([...read].sort((a, b) => a - b)).toEqual([...Array(150).keys()]);
    const spans = [];
    for (let at = 0; at + 6 <= 150; at += 6) {
      const batch = read.slice(at, at + 6);
      spans.push(Math.max(...batch) - Math.min(...batch));
    }
    // A batch comes of one or two stretches of 10; only where a shard ends are these apart.
    expect(spans.filter((span) => span >= 20).length).toBeLessThanOrEqual(2);
  });

  it("saves and ends where the signal comes while images are read", async () => {
    const controller = new AbortController();
    let reads = 0;
    const stream = streamed(set, shards, async (_, signal) => {
      // The second window never comes.
      if (++reads !== 2) return;
      await new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
    });
    let saved = 0;
    const run = start(stream, {
      validation: 0,
      signal: controller.signal,
      onCheckpoint: async () => `saved ${++saved}`,
    });
    const events: FitEvent[] = [];
    for await (const event of run) {
      events.push(event);
      if (event.type === "step" && event.step === 8) setTimeout(() => controller.abort(), 5);
    }
    expect(events.at(-1)).toMatchObject({ type: "end", reason: "interrupted", step: 8 });
    expect(saved).toBe(1);
  });

  it("throws what reading throws", async () => {
    const stream = streamed(set, shards, (indices) => {
      if (indices.includes(77))
        throw new DataError("shard-2.tar: member 77.png could not be decoded. Mend it.");
    });
    await expect(finish(start(stream, { validation: 0 }))).rejects.toThrow(
      "member 77.png could not be decoded",
    );
  });

  it("is validated, evaluated and tried for learning rates as a set in memory", async () => {
    const { model, validation } = await finish(start(streamed(set, shards), { epochs: 4 }));
    expect(validation?.accuracy).toBeGreaterThan(0.8);
    const large = stripes(620, 5);
    expect(await evaluate(model, streamed(large, [300, 320]))).toEqual(await evaluate(model, large));
    const options = { steps: 30, batchSize: 6 };
    const a = await findLearningRate(net(), set, options);
    const b = await findLearningRate(net(), streamed(set, [150]), options);
    expect(b.losses).toEqual(a.losses);
    expect(a.losses.length).toBeGreaterThan(9);
  });
});

describe("balanced", () => {
  // 40 of one class, 10 and 5 of the others.
  const labels = [...set.labels.keys()];
  const pick = (label: number, count: number) =>
    labels.filter((i) => set.labels[i] === label).slice(0, count);
  const uneven = subset(set, [...pick(0, 40), ...pick(1, 10), ...pick(2, 5)]);

  it("takes every class equally often", async () => {
    const seen = [0, 0, 0];
    const stream = streamed(uneven, [55], (indices) => {
      for (const index of indices) seen[uneven.labels[index]!]! += 1;
    });
    await finish(start(stream, { balanced: true, epochs: 2, validation: 0, batchSize: 11 }));
    // Two epochs of 55 images; 55 = 18 + 18 + 19.
    expect(seen.reduce((sum, count) => sum + count)).toBe(110);
    for (const count of seen) expect(Math.abs(count - 110 / 3)).toBeLessThan(2);
  });
});
