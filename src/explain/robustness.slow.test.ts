// Images changed in ways that can be read off, and curves of models whose answers are known.
import { beforeAll, describe, expect, it } from "vitest";
import type { ImageSet } from "../data/image-set.ts";
import { setDevice } from "../device/current.ts";
import { ReferenceDevice } from "../device/reference/reference-device.ts";
import { nn } from "../index.ts";
import { createModel, type Model } from "../train/model.ts";
import {
  confidence,
  linearProbe,
  noiseCurve,
  noiseImages,
  rotateImages,
  rotationCurve,
  shiftImages,
  shiftMap,
} from "./index.ts";

beforeAll(() => setDevice(new ReferenceDevice()));

const NONE = Uint8Array.of(0);
/** Three pixels in a row, a class each; the logits are the pixels. */
const model: Model = {
  net: (x) => x.flatten(1).mul(8),
  shape: [1, 1, 3],
  classes: ["left", "middle", "right"],
  normalization: { mean: [0], deviation: [1] },
};
const set: ImageSet = {
  images: Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255),
  labels: Uint8Array.of(0, 1, 2),
  shape: [1, 1, 3],
  classes: model.classes,
};

describe("changed images", () => {
  it("are shifted with what leaves lost and background let in", () => {
    const image = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);
    const shift = (dy: number, dx: number) => [...shiftImages(image, [1, 3, 3], dy, dx, Uint8Array.of(99))];
    expect(shift(0, 0)).toEqual([...image]);
    expect(shift(1, 0)).toEqual([99, 99, 99, 1, 2, 3, 4, 5, 6]);
    expect(shift(-1, 1)).toEqual([99, 4, 5, 99, 7, 8, 99, 99, 99]);
    expect(shift(0, -2)).toEqual([3, 99, 99, 6, 99, 99, 9, 99, 99]);
    expect(shift(3, 0)).toEqual(new Array(9).fill(99));
    expect(shift(0, 5)).toEqual(new Array(9).fill(99));
  });

  it("are turned counter-clockwise, quarter turns exactly", () => {
    const image = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);
    const turn = (degrees: number) => [...rotateImages(image, [1, 3, 3], degrees, NONE)];
    expect(turn(0)).toEqual([...image]);
    expect(turn(90)).toEqual([3, 6, 9, 2, 5, 8, 1, 4, 7]);
    expect(turn(180)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(turn(-90)).toEqual([7, 4, 1, 8, 5, 2, 9, 6, 3]);
    // By 45° an edge comes from within, a corner from √2 pixels off the middle: (√2 − 1) of it lies outside.
    const bright = rotateImages(new Uint8Array(9).fill(200), [1, 3, 3], 45, NONE);
    expect([bright[4], bright[1], bright[0]]).toEqual([200, 200, Math.round(200 * (2 - Math.SQRT2))]);
  });

  it("get noise of the deviation asked for, the same for the same seed", () => {
    const grey = new Uint8Array(10_000).fill(128);
    const noisy = noiseImages(grey, 0.1, 7);
    const mean = noisy.reduce((sum, value) => sum + value, 0) / noisy.length;
    const variance = noisy.reduce((sum, value) => sum + (value - mean) ** 2, 0) / noisy.length;
    expect(Math.abs(mean - 128)).toBeLessThan(1);
    expect(Math.abs(Math.sqrt(variance) / 255 - 0.1)).toBeLessThan(0.003);
    expect(noiseImages(grey, 0.1, 7)).toEqual(noisy);
    expect(noiseImages(grey, 0.1, 8)).not.toEqual(noisy);
    expect(noiseImages(grey, 0, 7)).toEqual(grey);
  });
});

describe("shiftMap", () => {
  it("is full accuracy in the middle and what is worked out by hand beside it", async () => {
    const { accuracy, reach, count, confidence } = await shiftMap(model, set, { reach: 1 });
    expect([reach, count]).toEqual([1, 3]);
    // Moved right, ink at 0, 1 is read as 1, 2 and that at 2 is lost: a black image is read as "left". All wrong.
    // Moved left, that at 0 is lost and read as "left", which is right.
    expect(accuracy[1]).toEqual([1 / 3, 1, 0]);
    // Moved up or down everything is black.
    expect([accuracy[0], accuracy[2]]).toEqual([new Array(3).fill(1 / 3), new Array(3).fill(1 / 3)]);
    expect(confidence[0]![0]).toBeCloseTo(1 / 3, 12);
    expect(confidence[1]![1]).toBeCloseTo(Math.exp(8) / (Math.exp(8) + 2), 12);
    const first = await shiftMap(model, set, { reach: 1, limit: 1 });
    expect(first.accuracy[1]).toEqual([1, 1, 0]);
    const middle = await shiftMap(model, set, { reach: 1, rows: [0] });
    expect(middle.accuracy).toEqual([accuracy[1]]);
  });

  it("refuses a set of other images and options out of range", async () => {
    await expect(shiftMap(model, { ...set, shape: [1, 3, 1] })).rejects.toThrow(
      "shiftMap: the model takes 1×1×3 images of 3 classes, the set has 1×3×1 images of",
    );
    await expect(shiftMap(model, set, { reach: -1 })).rejects.toThrow(
      "reach must be a whole number of at least 0",
    );
    await expect(shiftMap(model, set, { reach: 1, rows: [0.5] })).rejects.toThrow(
      "rows must be a whole number",
    );
  });
});

describe("curves", () => {
  it("begin with the accuracy of the set as it is, and turn with it", async () => {
    const noise = await noiseCurve(model, set, { levels: [0, 3] });
    expect(noise[0]).toMatchObject({ level: 0, accuracy: 1 });
    expect(noise[1]!.loss).toBeGreaterThan(noise[0]!.loss);
    const turned = await rotationCurve(model, set, { angles: [0, 180] });
    // Half a turn exchanges left and right.
    expect(turned.map((point) => point.accuracy)).toEqual([1, 1 / 3]);
    await expect(noiseCurve(model, set, { levels: [-1] })).rejects.toThrow(
      "levels must be numbers of at least 0",
    );
    await expect(rotationCurve(model, set, { angles: [] })).rejects.toThrow("Give at least one");
  });
});

describe("confidence", () => {
  it("sorts answers by probability and measures how far they may be believed", async () => {
    const labels = Uint8Array.of(0, 1, 0);
    const result = await confidence(model, { ...set, labels }, { bins: 4 });
    const sure = Math.exp(8) / (Math.exp(8) + 2);
    expect(result.accuracy).toBeCloseTo(2 / 3, 12);
    expect(result.bins.map(({ count }) => count)).toEqual([0, 0, 0, 3]);
    expect(result.bins[3]).toMatchObject({ from: 0.75, to: 1 });
    expect(result.bins[3]!.confidence).toBeCloseTo(sure, 12);
    expect(result.calibrationError).toBeCloseTo(sure - 2 / 3, 12);
    expect(result.bins[0]!.accuracy).toBeNaN();
  });
});

describe("linearProbe", () => {
  /** Two classes: the brighter half is on the left or on the right. */
  const halves: ImageSet = {
    images: Uint8Array.from({ length: 80 * 4 }, (_, i) => {
      const [image, place] = [Math.floor(i / 4), i % 4];
      return Number(place < 2) === image % 2 ? 180 + ((7 * image + place) % 60) : (5 * image + place) % 60;
    }),
    labels: Uint8Array.from({ length: 80 }, (_, i) => i % 2),
    shape: [1, 1, 4],
    classes: ["right", "left"],
  };

  it("finds what a layer keeps and not what it throws away, and leaves the net alone", async () => {
    const net = nn.sequential(
      nn.flatten(),
      nn.linear(3),
      (x) => x.sum(1, { keepDims: true }).mul(0),
      nn.linear(2),
    );
    const own = createModel(net, halves, { seed: 3 });
    const before = await nn.stateDict(own.net);
    const at = (layer: string) =>
      linearProbe(own, halves, { layer, test: halves, epochs: 20, batchSize: 16 });
    expect(await at("input")).toMatchObject({ layer: "input", features: 4, accuracy: 1 });
    const inner = await at("1");
    expect(inner.features).toBe(3);
    expect(inner.accuracy).toBeGreaterThan(0.9);
    expect(await at("2")).toMatchObject({ features: 1, accuracy: 0.5 });
    expect(await nn.stateDict(own.net)).toEqual(before);
    await expect(at("7")).rejects.toThrow('the net has no layer "7"');
  });
});
