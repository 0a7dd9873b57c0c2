// The set as published: the same bytes for the same seed, balanced, in the form of MNIST, and no two images alike.
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../base/errors.ts";
import { RandomStream } from "../../base/random.ts";
import { checkImageSet } from "../image-set.ts";
import { drawDigit, generateDigits, generateRange } from "./index.ts";

const set = generateDigits({ seed: 7, train: 1000, test: 200 });
const imageOf = (i: number): Uint8Array => set.train.images.subarray(i * 784, (i + 1) * 784);

/** FNV-1a, 32 bits. */
const hash = (bytes: Uint8Array): number =>
  bytes.reduce((h, byte) => Math.imul(h ^ byte, 0x01000193) >>> 0, 0x811c9dc5);

describe("generateDigits", () => {
  it("is a well-formed image set with balanced classes", () => {
    checkImageSet(set.train, "train");
    checkImageSet(set.test, "test");
    expect(set.train.shape).toEqual([1, 28, 28]);
    for (let digit = 0; digit < 10; digit++) {
      expect(set.train.labels.filter((label) => label === digit)).toHaveLength(100);
      expect(set.test.labels.filter((label) => label === digit)).toHaveLength(20);
    }
  });

  it("mixes the classes", () => {
    const orders = new Set<string>();
    for (let i = 0; i < 1000; i += 10) orders.add(set.train.labels.subarray(i, i + 10).join());
    expect(orders.size).toBeGreaterThan(95);
  });

  it("draws the same bytes for the same seed and others for another", () => {
    const again = generateDigits({ seed: 7, train: 50, test: 20 });
    expect(again.train.images).toEqual(set.train.images.subarray(0, 50 * 784));
    expect(again.test.images).toEqual(set.test.images.subarray(0, 20 * 784));
    expect(generateDigits({ seed: 8, train: 50, test: 1 }).train.images).not.toEqual(again.train.images);
    expect(again.test.images).not.toEqual(set.train.images.subarray(0, 20 * 784));
  });

  it("keeps its bytes from release to release", () => {
    expect(hash(set.train.images.subarray(0, 100 * 784))).toBe(2675346571);
  });

  it("holds no image twice", () => {
    const hashes = Array.from({ length: 1000 }, (_, i) => imageOf(i).join());
    expect(new Set(hashes).size).toBe(1000);
  });

  it("reports progress up to the total", () => {
    const seen: number[] = [];
    generateDigits({ train: 1500, test: 20, onProgress: (done, total) => seen.push(done, total) });
    expect(seen).toEqual([1000, 1520, 1500, 1520, 1520, 1520]);
  });

  it("refuses sizes that are no counts", () => {
    expect(() => generateDigits({ train: 0 })).toThrow(/train must be a whole number from 1 to 2000000/);
    expect(() => generateDigits({ test: 2.5 })).toThrow(ConfigError);
    expect(() => generateDigits({ train: 2 ** 31 })).toThrow(ConfigError);
  });
});

describe("generateRange", () => {
  it("gives the same images wherever the range starts", () => {
    const range = generateRange(7, "train", 33, 47);
    expect(range.images).toEqual(set.train.images.subarray(33 * 784, 47 * 784));
    expect(range.labels).toEqual(set.train.labels.subarray(33, 47));
    const test = generateRange(7, "test", 5, 6);
    expect(test.images).toEqual(set.test.images.subarray(5 * 784, 6 * 784));
  });

  it("refuses a range that ends before it starts", () => {
    expect(() => generateRange(7, "train", 5, 4)).toThrow(/end must be a whole number from 5/);
    expect(() => generateRange(7, "valid" as "train", 0, 1)).toThrow(/must be "train" or "test"/);
  });
});

describe("drawDigit", () => {
  it("draws from the stream it is given", () => {
    expect(drawDigit(3, new RandomStream(1, 2))).toEqual(drawDigit(3, new RandomStream(1, 2)));
    expect(drawDigit(3, new RandomStream(1, 2))).not.toEqual(drawDigit(3, new RandomStream(1, 3)));
  });

  it("refuses what is no digit", () => {
    expect(() => drawDigit(10, new RandomStream(0))).toThrow(/from 0 to 9, it is 10/);
  });
});

describe("every image, as in MNIST,", () => {
  it("fills a 20×20 box on one side, within it on the other", () => {
    for (let i = 0; i < 1000; i++) {
      const image = imageOf(i);
      let [left, right, top, bottom] = [28, -1, 28, -1];
      image.forEach((ink, at) => {
        if (ink === 0) return;
        left = Math.min(left, at % 28);
        right = Math.max(right, at % 28);
        top = Math.min(top, Math.floor(at / 28));
        bottom = Math.max(bottom, Math.floor(at / 28));
      });
      const longer = Math.max(right - left, bottom - top) + 1;
      expect(longer, `image ${i}`).toBeGreaterThanOrEqual(19);
      expect(longer, `image ${i}`).toBeLessThanOrEqual(20);
    }
  });

  it("has its centre of mass in the middle", () => {
    for (let i = 0; i < 1000; i++) {
      let [mass, x, y] = [0, 0, 0];
      imageOf(i).forEach((ink, at) => {
        mass += ink;
        x += ink * (at % 28);
        y += ink * Math.floor(at / 28);
      });
      expect(Math.abs(x / mass - 13.5), `image ${i}`).toBeLessThan(0.55);
      expect(Math.abs(y / mass - 13.5), `image ${i}`).toBeLessThan(0.55);
    }
  });

  it("goes from background 0 to full ink 255 through greys", () => {
    for (let i = 0; i < 1000; i++) {
      const image = imageOf(i);
      expect(image[0]).toBe(0);
      expect(Math.max(...image), `image ${i}`).toBeGreaterThan(150);
      expect(image.filter((ink) => ink > 0 && ink < 200).length, `image ${i}`).toBeGreaterThan(5);
    }
    expect(Math.max(...set.train.images.subarray(0, 78400))).toBe(255);
  });
});
