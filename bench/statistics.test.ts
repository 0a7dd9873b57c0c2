// Holds the statistics of the benchmark to numbers worked out by hand.
import { describe, expect, it } from "vitest";
import { alternate, median, pairRatios, quantile, spreadOf, undisturbed } from "./statistics.ts";

describe("quantiles", () => {
  it("takes the middle of an odd count and the mean of the middle two of an even one", () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 2, 10])).toBe(3);
  });
  it("goes straight between neighbours", () => {
    expect(quantile([0, 10, 20, 30, 40], 0.9)).toBe(36);
    expect(spreadOf([3, 1, 2])).toEqual({ min: 1, median: 2, max: 3 });
  });
  it("sorts numbers as numbers and leaves its argument alone", () => {
    const values = [100, 9, 20];
    expect(median(values)).toBe(20);
    expect(values).toEqual([100, 9, 20]);
  });
  it("takes near the fastest for undisturbed, and not the fastest of many", () => {
    const times = Array.from({ length: 101 }, (_, i) => 100 - i);
    expect(undisturbed(times)).toBe(5);
  });
  it("is NaN of nothing", () => expect(median([])).toBeNaN());
});

describe("pairs", () => {
  it("are compared round by round", () => {
    expect(pairRatios([1, 2, 4], [2, 4, 4])).toEqual([2, 2, 1]);
    expect(pairRatios([1, 2, 4], [3])).toEqual([3]);
  });
  it("alternate, every second round backwards, never two at a time", async () => {
    const calls: string[] = [];
    let running = 0;
    let count = 0;
    const side = (name: string) => async () => {
      expect(++running).toBe(1);
      calls.push(name);
      await Promise.resolve();
      running--;
      return count++;
    };
    const results = await alternate(3, side("a"), side("b"));
    expect(calls.join("")).toBe("abbaab");
    expect(results).toEqual([
      [0, 3, 4],
      [1, 2, 5],
    ]);
  });
});
