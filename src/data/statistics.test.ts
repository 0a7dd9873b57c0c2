// Mean and deviation of channels, against values worked out by hand.
import { expect, it } from "vitest";
import { channelStatistics } from "./statistics.ts";

it("gives each channel's mean and population deviation over all images, in [0, 1]", () => {
  const images = Uint8Array.of(0, 255, 51, 51, 0, 255, 153, 153);
  const set = { images, labels: Uint8Array.of(0, 0), shape: [2, 1, 2], classes: ["a"] } as const;
  const { mean, deviation } = channelStatistics(set);
  expect(mean[0]).toBeCloseTo(0.5, 12);
  expect(mean[1]).toBeCloseTo(0.4, 12);
  expect(deviation[0]).toBeCloseTo(0.5, 12);
  expect(deviation[1]).toBeCloseTo(0.2, 12);
});

it("gives 0 for a channel that is constant", () => {
  const set = {
    images: new Uint8Array(9).fill(201),
    labels: new Uint8Array(1),
    shape: [1, 3, 3],
    classes: ["a"],
  } as const;
  const { mean, deviation } = channelStatistics(set);
  expect(mean).toEqual([201 / 255]);
  expect(deviation).toEqual([0]);
});
