// Parts of an image set: stratified, deterministic, disjoint; and what cannot be split.
import { describe, expect, it } from "vitest";
import { streamed } from "../../test/streamed.ts";
import { stripes } from "../../test/stripes.ts";
import { ConfigError, DataError } from "../base/errors.ts";
import { countOf, type ImageSet } from "./image-set.ts";
import { splitStratified, subset, takeFirst } from "./split.ts";

/** Two-pixel images that carry their own index, of three classes in the ratio 6 : 3 : 1. */
function setOf(count: number): ImageSet {
  const labels = Uint8Array.from({ length: count }, (_, i) => (i % 10 < 6 ? 0 : i % 10 < 9 ? 1 : 2));
  const images = Uint8Array.from({ length: 2 * count }, (_, i) => (i % 2 === 0 ? (i / 2) % 256 : i >> 9));
  return { images, labels, shape: [1, 1, 2], classes: ["a", "b", "c"] };
}

const indicesOf = ({ images }: ImageSet): number[] =>
  Array.from({ length: images.length / 2 }, (_, i) => images[2 * i]! + 256 * images[2 * i + 1]!);

const histogram = ({ labels }: ImageSet): number[] =>
  [0, 1, 2].map((c) => labels.filter((label) => label === c).length);

describe("splitStratified", () => {
  it("gives each class its share and each image to one part, in order", () => {
    const set = setOf(500);
    const { train, validation } = splitStratified(set, 0.2, 1);
    expect(histogram(validation)).toEqual([60, 30, 10]);
    expect(histogram(train)).toEqual([240, 120, 40]);
    const [left, right] = [indicesOf(train), indicesOf(validation)];
    expect([...left, ...right].sort((a, b) => a - b)).toEqual(Array.from({ length: 500 }, (_, i) => i));
    expect(left).toEqual([...left].sort((a, b) => a - b));
    expect(validation.labels).toEqual(Uint8Array.from(right, (index) => set.labels[index]!));
  });

  it("depends on the seed and on nothing else", () => {
    const indices = (seed: number): number[] => indicesOf(splitStratified(setOf(500), 0.2, seed).validation);
    expect(indices(1)).toEqual(indices(1));
    expect(indices(1)).not.toEqual(indices(2));
  });

  it("chooses in each class on its own", () => {
    const labels = Uint8Array.from({ length: 200 }, (_, i) => i % 2);
    const images = Uint8Array.from({ length: 200 }, (_, i) => i);
    const set: ImageSet = { images, labels, shape: [1, 1, 1], classes: ["a", "b"] };
    const { validation } = splitStratified(set, 0.2, 1);
    const places = (label: number): number[] =>
      [...validation.images].filter((index) => index % 2 === label).map((index) => (index - label) / 2);
    expect(places(0)).toHaveLength(20);
    expect(places(0)).not.toEqual(places(1));
  });

  it("rounds so that the whole has the right size", () => {
    for (const [count, fraction] of [
      [37, 0.1],
      [101, 0.33],
      [10, 0.5],
      [25, 0.9],
    ] as const) {
      expect(countOf(splitStratified(setOf(count), fraction, 0).validation)).toBe(
        Math.round(count * fraction),
      );
    }
  });

  it("refuses fractions outside (0, 1) and parts without an image", () => {
    for (const fraction of [0, 1, -0.1, Number.NaN]) {
      expect(() => splitStratified(setOf(10), fraction, 0)).toThrow(ConfigError);
    }
    expect(() => splitStratified(setOf(10), 0.01, 0)).toThrow(
      "0.01 of 10 images leaves 10 for training and 0 for validation.",
    );
  });
});

describe("subset", () => {
  it("takes images and labels in the order of the indices", () => {
    const part = subset(setOf(300), [299, 6, 6]);
    expect(indicesOf(part)).toEqual([299, 6, 6]);
    expect([...part.labels]).toEqual([2, 1, 1]);
  });
  it("refuses indices out of range, and none", () => {
    expect(() => subset(setOf(10), [0, 10])).toThrow(
      "index 10 at position 1 is out of range, there are 10 images.",
    );
    expect(() => subset(setOf(10), [-1])).toThrow(DataError);
    expect(() => subset(setOf(10), [])).toThrow("there are no indices");
  });
});

describe("takeFirst", () => {
  it("takes the first n without copying, or all", () => {
    const set = setOf(10);
    const part = takeFirst(set, 3);
    expect(indicesOf(part)).toEqual([0, 1, 2]);
    expect(part.labels.length).toBe(3);
    expect(part.images.buffer).toBe(set.images.buffer);
    expect(takeFirst(set, 11)).toBe(set);
    expect(() => takeFirst(set, 0)).toThrow(ConfigError);
  });
});

describe("parts of a stream", () => {
  const set = stripes(60, 4);
  const stream = streamed(set, [10, 30, 20]);

  it("are split as a set in memory is, and keep what lies together", async () => {
    const [inMemory, parts] = [splitStratified(set, 0.2, 5), splitStratified(stream, 0.2, 5)];
    for (const name of ["train", "validation"] as const) {
      const part = parts[name];
      expect(part.labels).toEqual(inMemory[name].labels);
      expect(part.shards.reduce((sum, size) => sum + size, 0)).toBe(part.labels.length);
      const all = Int32Array.from(part.labels.keys());
      expect(await part.read(all)).toEqual(inMemory[name].images);
      expect(await part.read(all.subarray(3, 5))).toEqual(inMemory[name].images.slice(3 * 36, 5 * 36));
    }
    expect(parts.train.shards).toHaveLength(3);
  });

  it("can be the first images", async () => {
    const first = takeFirst(stream, 12);
    expect([first.shards, first.labels.length]).toEqual([[10, 2], 12]);
    expect(await first.read(Int32Array.of(11))).toEqual(set.images.slice(11 * 36, 12 * 36));
    expect(takeFirst(stream, 60)).toBe(stream);
  });
});
