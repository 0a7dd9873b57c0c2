// What the device is given of a set: one window in memory, windows of some batches of a stream, from any step on.
import { describe, expect, it } from "vitest";
import { streamed } from "../../test/streamed.ts";
import { stripes } from "../../test/stripes.ts";
import { epochOrder } from "./sampler.ts";
import { type Window, type WindowOptions, windowSteps, windowsOf } from "./windows.ts";

const set = stripes(110, 3);
const stream = streamed(set, [50, 60]);
const options: WindowOptions = {
  ...{ batchSize: 5, stepsPerEpoch: 21, epochs: 2, from: { epoch: 0, position: 0 } },
  orderOf: (epoch) => epochOrder(110, 1, epoch),
};

async function all(windows: AsyncIterable<Window>): Promise<Window[]> {
  const found: Window[] = [];
  for await (const window of windows) found.push(window);
  return found;
}

/** Bytes and labels of each step, in order: what is learned from. */
const stepsOf = (windows: readonly Window[]) =>
  windows.flatMap(({ epoch, first, end, images, labels, order }) =>
    Array.from({ length: end - first }, (_, i) => {
      const places = [...order.subarray(i * 5, (i + 1) * 5)];
      const bytes = places.map((place) => [...images.subarray(place * 36, (place + 1) * 36)]);
      return { epoch, step: first + i, labels: places.map((place) => labels[place]), bytes };
    }),
  );

describe("windowsOf", () => {
  it("gives a set in memory as one window an epoch, without copying", async () => {
    const windows = await all(windowsOf(set, options));
    expect(windows.map(({ epoch, first, end }) => [epoch, first, end])).toEqual([
      [0, 0, 21],
      [1, 0, 21],
    ]);
    expect(windows.every(({ images }) => images === set.images)).toBe(true);
    expect(windows[1]!.order).toEqual(epochOrder(110, 1, 1).subarray(0, 105));
  });

  it("gives a stream in windows of equal size whose steps are the same", async () => {
    const windows = await all(windowsOf(stream, options));
    expect(windows.map(({ epoch, first, end }) => [epoch, first, end])).toEqual([
      ...[0, 1].flatMap((epoch) => [
        [epoch, 0, 8],
        [epoch, 8, 16],
        [epoch, 16, 21],
      ]),
    ]);
    expect(new Set(windows.map(({ images, order }) => `${images.length} ${order.length}`)).size).toBe(1);
    expect(stepsOf(windows)).toEqual(stepsOf(await all(windowsOf(set, options))));
  });

  it("begins at any step", async () => {
    const whole = stepsOf(await all(windowsOf(stream, options)));
    const rest = await all(windowsOf(stream, { ...options, from: { epoch: 1, position: 3 } }));
    expect(stepsOf(rest)).toEqual(whole.slice(21 + 3));
    expect(rest[0]).toMatchObject({ epoch: 1, first: 3, end: 11 });
    const inMemory = await all(windowsOf(set, { ...options, from: { epoch: 1, position: 3 } }));
    expect(inMemory).toMatchObject([{ epoch: 1, first: 0, end: 21 }]);
  });

  it("makes windows smaller where images are large, down to one batch", () => {
    const large = { ...stream, shape: [3, 1024, 1024] as const };
    expect(windowSteps(large, { batchSize: 2, stepsPerEpoch: 9 })).toBe(2);
    expect(windowSteps(large, { batchSize: 64, stepsPerEpoch: 9 })).toBe(1);
    expect(windowSteps(set, { batchSize: 2, stepsPerEpoch: 9 })).toBe(9);
  });
});
