// Metrics on small cases worked out by hand.
import { describe, expect, it } from "vitest";
import { Calibration, classScores, rankOf } from "./metrics.ts";

describe("classScores", () => {
  it("counts along rows and columns", () => {
    const scores = classScores([
      [3, 1, 0],
      [2, 4, 0],
      [0, 0, 0],
    ]);
    expect(scores[0]).toEqual({ precision: 0.6, recall: 0.75, f1: 6 / 9, count: 4 });
    expect(scores[1]).toEqual({ precision: 0.8, recall: 4 / 6, f1: 8 / 11, count: 6 });
    expect(scores[2]).toEqual({ precision: 0, recall: 0, f1: 0, count: 0 });
  });
});

describe("rankOf", () => {
  it("counts what is likelier, ties by index", () => {
    expect([0, 1, 2, 3].map((label) => rankOf([0.1, 0.4, 0.4, 0.1], label))).toEqual([2, 0, 1, 3]);
    expect(rankOf([Number.NaN, 1, 2], 2)).toBe(1);
  });
});

describe("Calibration", () => {
  it("is 0 where confidence is what is right, and the gap where it is not", () => {
    const exact = new Calibration();
    for (let i = 0; i < 10; i++) exact.add(0.7, i < 7);
    expect(exact.error).toBeCloseTo(0, 14);
    const bold = new Calibration();
    for (let i = 0; i < 10; i++) bold.add(1, i < 6);
    for (let i = 0; i < 10; i++) bold.add(0.2, i < 6);
    // |0.6 − 1|/2 + |0.6 − 0.2|/2
    expect(bold.error).toBeCloseTo(0.4, 14);
    expect(new Calibration().error).toBe(0);
  });
  it("takes the two ends", () => {
    const ends = new Calibration();
    ends.add(0, false);
    ends.add(1, true);
    expect(ends.error).toBe(0);
  });
});
