// The order of an epoch: a permutation that depends on seed and epoch alone.
import { describe, expect, it } from "vitest";
import { ConfigError, DataError } from "../base/errors.ts";
import { balancedOrder, bufferedOrder, epochOrder } from "./sampler.ts";

describe("epochOrder", () => {
  it("is a permutation", () => {
    expect([...epochOrder(1000, 1, 0)].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 1000 }, (_, i) => i),
    );
    expect([...epochOrder(0, 1, 0)]).toEqual([]);
  });
  it("repeats for the same seed and epoch, and differs otherwise", () => {
    expect(epochOrder(100, 7, 3)).toEqual(epochOrder(100, 7, 3));
    expect(epochOrder(100, 7, 3)).not.toEqual(epochOrder(100, 7, 4));
    expect(epochOrder(100, 7, 3)).not.toEqual(epochOrder(100, 8, 3));
    expect(epochOrder(100, 7, 3)).not.toEqual(epochOrder(100, 3, 7));
  });
  it("refuses what is no count or epoch", () => {
    expect(() => epochOrder(-1, 0, 0)).toThrow("epochOrder: count must be a whole number from 0");
    expect(() => epochOrder(10, 0, 0.5)).toThrow(ConfigError);
  });
});

describe("bufferedOrder", () => {
  const shards = [5, 20, 10];
  it("visits every image once, another order each epoch, the same for the same seed", () => {
    for (const buffer of [1, 4, 34, 35, 100]) {
      const order = bufferedOrder(shards, 7, 2, buffer);
      expect([...order].sort((a, b) => a - b)).toEqual([...Array(35).keys()]);
      expect(bufferedOrder(shards, 7, 2, buffer)).toEqual(order);
      expect(bufferedOrder(shards, 7, 3, buffer)).not.toEqual(order);
    }
  });
  it("is epochOrder where the buffer holds all", () => {
    expect(bufferedOrder(shards, 7, 2, 35)).toEqual(epochOrder(35, 7, 2));
  });
  it("mixes within stretches, whose ends differ from epoch to epoch", () => {
    const ends = new Set<number>();
    for (let epoch = 0; epoch < 20; epoch++) {
      const order = [...bufferedOrder([100], 1, epoch, 10)];
      expect(Math.max(...order.map((index, place) => Math.abs(index - place)))).toBeLessThan(10);
      for (let end = 1; end < 100; end++) {
        if (Math.max(...order.slice(0, end)) === end - 1) ends.add(end % 10);
      }
    }
    expect(ends.size).toBeGreaterThan(5);
  });
  it("refuses a buffer of nothing", () => {
    expect(() => bufferedOrder(shards, 1, 0, 0)).toThrow(
      "bufferedOrder: buffer must be a whole number from 1",
    );
  });
});

describe("balancedOrder", () => {
  const labels = Uint8Array.from([...Array(70).fill(0), ...Array(7).fill(2), ...Array(3).fill(5)]);
  const counts = (order: Int32Array) => {
    const found = new Map<number, number>();
    for (const index of order) found.set(labels[index]!, (found.get(labels[index]!) ?? 0) + 1);
    return [0, 2, 5].map((label) => found.get(label) ?? 0);
  };
  it("gives every class as often as the others, within one", () => {
    for (let epoch = 0; epoch < 10; epoch++) {
      const order = balancedOrder(labels, 3, epoch);
      expect(order).toHaveLength(80);
      expect([...counts(order)].sort()).toEqual([26, 27, 27]);
      expect(balancedOrder(labels, 3, epoch)).toEqual(order);
    }
    expect(balancedOrder(labels, 3, 0)).not.toEqual(balancedOrder(labels, 3, 1));
    expect(balancedOrder(labels, 3, 0)).not.toEqual(balancedOrder(labels, 4, 0));
  });
  it("takes each image of a small class as often as the others, and none of a large one twice", () => {
    const order = [...balancedOrder(labels, 3, 0)];
    const times = (index: number) => order.filter((each) => each === index).length;
    expect(Math.max(...[...Array(70).keys()].map(times))).toBe(1);
    const rare = [70, 71, 72, 73, 74, 75, 76].map(times);
    expect(Math.max(...rare) - Math.min(...rare)).toBeLessThanOrEqual(1);
  });
  it("refuses no labels at all", () => {
    expect(() => balancedOrder(new Uint8Array(0), 1, 0)).toThrow(DataError);
  });
});
