// Augmentations that change or mix pixels, against what each must do to images that are easy to reason about.
import { beforeAll, describe, expect, it } from "vitest";
import { augmentPlanes, noisePlane, planeOf } from "../../../test/plain-images.ts";
import { setDevice } from "../../device/current.ts";
import { ReferenceDevice } from "../../device/reference/reference-device.ts";
import { tensor } from "../../tensor/create.ts";
import { Generator } from "../../tensor/random.ts";
import { type Augmentation, augment } from "./augmentation.ts";
import { betaQuantiles, drawBeta } from "./beta.ts";
import { colorJitter } from "./color.ts";
import { cutout, randomErasing } from "./erase.ts";
import { cutmix, mixup } from "./mix.ts";

beforeAll(() => setDevice(new ReferenceDevice()));

const bright = planeOf(10, 12, () => 0.75);
/** Rows and columns of the least box round the pixels that are `value`, and how many these are. */
function boxOf(pixels: readonly number[], width: number, value: number) {
  const places = pixels.flatMap((pixel, i) => (pixel === value ? [i] : []));
  const extent = (of: (i: number) => number) => Math.max(...places.map(of)) - Math.min(...places.map(of)) + 1;
  if (places.length === 0) return { count: 0, height: 0, width: 0 };
  return {
    count: places.length,
    height: extent((i) => Math.floor(i / width)),
    width: extent((i) => i % width),
  };
}

describe("randomErasing", () => {
  it("fills one whole box of the area and shape asked for, in about as many images as it should", async () => {
    const list = [randomErasing({ p: 0.6, scale: [0.1, 0.3], ratio: [0.5, 2], value: 0.25 })];
    const images = await augmentPlanes(new Array(200).fill(bright), list, new Generator(1));
    const boxes = images.map((pixels) => boxOf(pixels, 12, 0.25));
    const erased = boxes.filter(({ count }) => count > 0);
    expect(Math.abs(erased.length - 120)).toBeLessThan(4 * Math.sqrt(200 * 0.6 * 0.4));
    for (const { count, height, width } of erased) {
      expect(count).toBe(height * width);
      // Sides are rounded to pixels.
      expect(count).toBeGreaterThanOrEqual(0.1 * 120 - (height + width) / 2);
      expect(count).toBeLessThanOrEqual(0.3 * 120 + (height + width) / 2);
      expect(height / width).toBeGreaterThan(0.5 * 0.7);
      expect(height / width).toBeLessThan(2 * 1.4);
    }
    expect(new Set(erased.map(({ height, width }) => `${height}×${width}`)).size).toBeGreaterThan(10);
  });
  it("can cover an image, and fill with noise", async () => {
    const all = { p: 1, scale: [1, 1], ratio: [1.2, 1.2] } as const;
    const [pixels] = await augmentPlanes([bright], [randomErasing(all)], new Generator(1));
    expect(boxOf(pixels!, 12, 0)).toMatchObject({ height: 10, width: 10 });
    const [noise] = await augmentPlanes(
      [bright],
      [randomErasing({ ...all, value: "random" })],
      new Generator(1),
    );
    expect(new Set(noise).size).toBeGreaterThan(90);
  });
});

it("cutout blackens a square, less what passes the edges", async () => {
  const images = await augmentPlanes(new Array(150).fill(bright), [cutout({ size: 4 })], new Generator(2));
  const boxes = images.map((pixels) => boxOf(pixels, 12, 0));
  for (const { count, height, width } of boxes) {
    expect(count).toBe(height * width);
    expect([height, width].every((side) => side >= 2 && side <= 4)).toBe(true);
  }
  expect(boxes.some(({ count }) => count === 16) && boxes.some(({ count }) => count < 16)).toBe(true);
});

describe("colorJitter", () => {
  const clamp = (value: number) => Math.min(1, Math.max(0, value));
  it("blends with black, the mean grey, and each pixel's grey", async () => {
    const pixels = noisePlane(3 * 4, 5, 3).pixels;
    const images = tensor([...pixels], { shape: [1, 3, 4, 5] });
    const list = [colorJitter({ brightness: [1.4, 1.4], contrast: [0.5, 0.5], saturation: [2, 2] })];
    const batch = { images, labels: tensor([0], { dtype: "int32" }), classes: 1 };
    const actual = await augment(batch, list, new Generator(1)).images.data();
    const light = pixels.map((value) => clamp(1.4 * value));
    const greys = (x: readonly number[]) =>
      Array.from({ length: 20 }, (_, i) => 0.2989 * x[i]! + 0.587 * x[i + 20]! + 0.114 * x[i + 40]!);
    const mean = greys(light).reduce((sum, value) => sum + value, 0) / 20;
    const flat = light.map((value) => clamp(0.5 * value + 0.5 * mean));
    const wanted = flat.map((value, i) => clamp(2 * value - greys(flat)[i % 20]!));
    wanted.forEach((value, i) => {
      expect(actual[i]).toBeCloseTo(value, 9);
    });
  });
  it("draws factors within its strength, one an image", async () => {
    const dim = planeOf(2, 2, () => 0.5);
    const images = await augmentPlanes(
      new Array(200).fill(dim),
      [colorJitter({ brightness: 0.4 })],
      new Generator(1),
    );
    const factors = images.map(([first]) => first! / 0.5);
    expect(Math.min(...factors)).toBeGreaterThanOrEqual(0.6);
    expect(Math.min(...factors)).toBeLessThan(0.65);
    expect(Math.max(...factors)).toBeLessThanOrEqual(1.4);
    expect(Math.max(...factors)).toBeGreaterThan(1.35);
  });
  it("does nothing at no strength", async () => {
    const plane = noisePlane(3, 3, 1);
    const none = colorJitter({ brightness: 0, contrast: 0, saturation: 0 });
    const [pixels] = await augmentPlanes([plane], [none], new Generator(1));
    plane.pixels.forEach((value, i) => {
      expect(pixels![i]).toBeCloseTo(value, 12);
    });
  });
});

describe("Beta(α, α)", () => {
  it("has the quantiles known in closed form", () => {
    for (const [alpha, cdf] of [
      [1, (x: number) => x],
      [0.5, (x: number) => (2 / Math.PI) * Math.asin(Math.sqrt(x))],
      [2, (x: number) => 3 * x ** 2 - 2 * x ** 3],
      [3, (x: number) => 10 * x ** 3 - 15 * x ** 4 + 6 * x ** 5],
    ] as const) {
      betaQuantiles(alpha).forEach((x, i) => {
        expect(Math.abs(cdf(x) - i / 4096), `α ${alpha}, quantile ${i}`).toBeLessThan(2e-4);
      });
    }
  });
  it("has mean ½ and variance 1 / (4(2α + 1)) when drawn", async () => {
    for (const alpha of [0.1, 0.2, 1, 8, 100]) {
      const count = 20_000;
      const values = Float64Array.from(await drawBeta(alpha, count, new Generator(3)).data());
      expect(values.every((value) => value >= 0 && value <= 1)).toBe(true);
      const mean = values.reduce((sum, value) => sum + value, 0) / count;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
      const wanted = 1 / (4 * (2 * alpha + 1));
      expect(Math.abs(mean - 0.5)).toBeLessThan(4 * Math.sqrt(wanted / count));
      expect(variance / wanted, `α ${alpha}`).toBeGreaterThan(0.95);
      expect(variance / wanted, `α ${alpha}`).toBeLessThan(1.05);
    }
  });
});

describe("mixing", () => {
  const COUNT = 40;
  const brightnessOf = (i: number) => (i + 1) / (COUNT + 1);
  /** Images of one value each, a class each, after the augmentation: their pixels and their labels. */
  async function mix(one: Augmentation) {
    const images = tensor(
      Array.from({ length: COUNT * 80 }, (_, i) => brightnessOf(Math.floor(i / 80))),
      { shape: [COUNT, 1, 8, 10] },
    );
    const labels = tensor(Int32Array.from({ length: COUNT }, (_, i) => i));
    const mixed = augment({ images, labels, classes: COUNT }, [one], new Generator(5));
    const [pixels, shares] = [await mixed.images.data(), await mixed.labels.data()];
    return Array.from({ length: COUNT }, (_, i) => ({
      pixels: [...pixels.slice(i * 80, (i + 1) * 80)],
      shares: [...shares.slice(i * COUNT, (i + 1) * COUNT)],
      own: brightnessOf(i),
      before: (i + COUNT - 1) % COUNT,
      other: brightnessOf((i + COUNT - 1) % COUNT),
    }));
  }
  it("mixup: pixels and labels in the same proportions", async () => {
    const mixed = await mix(mixup({ alpha: 1 }));
    mixed.forEach(({ pixels, shares, own, before, other }, i) => {
      expect(shares[i]! + shares[before]!).toBeCloseTo(1, 12);
      expect(shares.filter((share) => share === 0)).toHaveLength(COUNT - 2);
      for (const pixel of pixels) expect(pixel).toBeCloseTo(shares[i]! * own + shares[before]! * other, 9);
    });
    expect(new Set(mixed.map(({ shares }, i) => shares[i])).size).toBe(COUNT);
  });
  it("cutmix: labels by the area of the box pasted", async () => {
    const mixed = await mix(cutmix());
    mixed.forEach(({ pixels, shares, own, before, other }, i) => {
      const box = boxOf(pixels, 10, other);
      expect(box.count).toBe(box.height * box.width);
      expect(pixels.filter((pixel) => pixel === own)).toHaveLength(80 - box.count);
      expect(shares[before]).toBeCloseTo(box.count / 80, 9);
      expect(shares[i]).toBeCloseTo(1 - box.count / 80, 9);
    });
    const areas = mixed.map(({ shares, before }) => shares[before]!);
    expect(Math.max(...areas)).toBeGreaterThan(0.4);
  });
  it("leaves images alone with probability 0", async () => {
    for (const one of [mixup({ p: 0 }), cutmix({ p: 0 })]) {
      (await mix(one)).forEach(({ pixels, shares, own }, i) => {
        expect(new Set(pixels)).toEqual(new Set([own]));
        expect(shares[i]).toBe(1);
      });
    }
  });
  it("can be done twice", async () => {
    const images = tensor([0, 0.5, 1], { shape: [3, 1, 1, 1] });
    const labels = tensor(Int32Array.of(0, 1, 2));
    const twice = augment(
      { images, labels, classes: 3 },
      [mixup({ alpha: 1 }), mixup({ alpha: 1 })],
      new Generator(1),
    );
    for (const total of await twice.labels.sum(-1).data()) expect(total).toBeCloseTo(1, 12);
  });
});
