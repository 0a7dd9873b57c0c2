// Scores of a model whose answers are known: a linear net that reads the class off the pixels.
import { beforeAll, describe, expect, it } from "vitest";
import { ConfigError, DivergenceError, ShapeError } from "../base/errors.ts";
import type { ImageSet } from "../data/image-set.ts";
import { setDevice } from "../device/current.ts";
import { ReferenceDevice } from "../device/reference/reference-device.ts";
import { evaluate, predict } from "./evaluate.ts";
import type { Model } from "./model.ts";

beforeAll(() => setDevice(new ReferenceDevice()));

/** Two pixels, two classes: the logits are the pixels in [0, 1]. */
const model: Model = {
  net: (x) => x.flatten(1),
  shape: [1, 1, 2],
  classes: ["left", "right"],
  normalization: { mean: [0], deviation: [1] },
};
const setOf = (pixels: number[][], labels: number[]): ImageSet => ({
  images: Uint8Array.from(pixels.flat()),
  labels: Uint8Array.from(labels),
  shape: [1, 1, 2],
  classes: model.classes,
});
/** The probability of the first of two classes whose logits differ by d/255. */
const sure = (d: number) => 1 / (1 + Math.exp(-d / 255));

describe("evaluate", () => {
  it("counts, averages and lists the mistakes, the worst first", async () => {
    const pixels = [
      [255, 0],
      [100, 200],
      [0, 51],
      [255, 0],
    ];
    const result = await evaluate(model, setOf(pixels, [0, 0, 1, 1]));
    expect(result.confusion).toEqual([
      [1, 1],
      [1, 1],
    ]);
    expect([result.count, result.accuracy]).toEqual([4, 0.5]);
    const losses = [sure(255), sure(-100), sure(51), sure(-255)].map((p) => -Math.log(p));
    expect(result.loss).toBeCloseTo(losses.reduce((sum, loss) => sum + loss) / 4, 12);
    expect(result.worst.map(({ index, label, predicted }) => [index, label, predicted])).toEqual([
      [3, 1, 0],
      [1, 0, 1],
    ]);
    expect(result.worst[0]!.probability).toBeCloseTo(sure(255), 12);
    expect(result.worst[0]!.loss).toBeCloseTo(losses[3]!, 12);
  });

  it("reads every image once where they fill no whole batch, and several batches", async () => {
    const count = 777;
    const labels = Array.from({ length: count }, (_, i) => (i * 7) % 2);
    const pixels = labels.map((label, i) => (label === Number(i % 10 === 3) ? [255, 0] : [0, 255]));
    const wrong = labels.filter((_, i) => i % 10 === 3).length;
    const { accuracy, confusion, worst } = await evaluate(model, setOf(pixels, labels));
    expect(accuracy).toBeCloseTo((count - wrong) / count, 12);
    expect(confusion.flat().reduce((sum, n) => sum + n)).toBe(count);
    expect(worst.map(({ index }) => index)).toEqual(labels.flatMap((_, i) => (i % 10 === 3 ? [i] : [])));
  });

  it("refuses a net whose answers are no numbers, naming the first image", async () => {
    // 0 · log of a pixel: NaN where the pixel is 0.
    const broken: Model = { ...model, net: (x) => x.flatten(1).log().mul(0) };
    const set = setOf(
      [
        [1, 2],
        [3, 0],
      ],
      [1, 0],
    );
    for (const attempt of [evaluate(broken, set), predict(broken, set.images)]) {
      await expect(attempt).rejects.toThrow(DivergenceError);
      await expect(attempt).rejects.toThrow(/what the net makes of image 1 is no number .* smaller learning/);
    }
  });

  it("refuses sets of another kind", async () => {
    const tall = { ...setOf([[1, 2]], [0]), shape: [1, 2, 1] as const };
    await expect(evaluate(model, tall)).rejects.toThrow(ConfigError);
    await expect(evaluate(model, tall)).rejects.toThrow(
      /takes 1×1×2 images of 2 classes, .* 1×2×1 images of 2/,
    );
  });
});

describe("predict", () => {
  it("gives a probability for each class of each image, also in calls at once", async () => {
    const [one, two] = await Promise.all([
      predict(model, Uint8Array.of(255, 0)),
      predict(model, Uint8Array.of(0, 0, 0, 51)),
    ]);
    expect(one[0]![0]).toBeCloseTo(sure(255), 12);
    expect(two.map(([left]) => left)).toEqual([0.5, expect.closeTo(sure(-51), 12)]);
    for (const row of [...one, ...two]) expect(row[0]! + row[1]!).toBeCloseTo(1, 12);
  });

  it("normalises pixels channel by channel before the net sees them", async () => {
    const shifted = { ...model, normalization: { mean: [0.2], deviation: [0.5] } };
    // (1 − 0.2)/0.5 − (0.2 − 0.2)/0.5 = 1.6
    const [[left]] = (await predict(shifted, Uint8Array.of(255, 51))) as [[number]];
    expect(left).toBeCloseTo(sure(1.6 * 255), 12);
  });

  it("refuses bytes that are no whole number of images", async () => {
    await expect(predict(model, Uint8Array.of(1, 2, 3))).rejects.toThrow(ShapeError);
    await expect(predict(model, new Uint8Array(0))).rejects.toThrow(/0 bytes are no whole number of 1×1×2/);
  });
});
