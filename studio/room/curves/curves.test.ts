// The arithmetic of the curves, by hand.
import { expect, test } from "vitest";
import { noPoints } from "../points.ts";
import { envelope, gridOf } from "./grid.ts";
import { Series } from "./series.ts";
import { Smoothing } from "./smooth.ts";

test("few steps have a place each", () => {
  const grid = gridOf(3, 6, 10);
  expect(grid.x).toEqual([3, 4, 5, 6]);
  expect(envelope([4, 6], [7, Number.NaN], grid)).toEqual([null, 7, null, null]);
});

test("of each part of many the least and the greatest, in their order", () => {
  const grid = gridOf(1, 12, 4);
  expect(grid.x).toEqual([1, 4, 7, 10]);
  const steps = Array.from({ length: 12 }, (_, i) => i + 1);
  expect(envelope(steps, [5, 9, 1, 4, 4, 4, 2, 3, 8, 0, 1, 1], grid)).toEqual([9, 1, 8, 0]);
});

test("a spike among a hundred thousand steps is kept", () => {
  const steps = Array.from({ length: 100_000 }, (_, i) => i + 1);
  const values = steps.map((step) => (step === 77_777 ? 50 : Math.sin(step)));
  const grid = gridOf(1, 100_000, 1000);
  const drawn = envelope(steps, values, grid);
  expect(grid.x.length).toBeLessThanOrEqual(1000);
  expect(drawn.filter((value) => value === 50)).toHaveLength(1);
  expect(drawn).not.toContain(null);
});

test("smoothing is not drawn to zero at its start, and goes on where it was", () => {
  const smoothing = new Smoothing(0.9);
  expect(smoothing.follow([2, 2, 2]).map((value) => Number(value.toFixed(12)))).toEqual([2, 2, 2]);
  const other = new Smoothing(0.5);
  other.follow([1]);
  // (0.25·1 + 0.5·4)/(0.25 + 0.5) = 3.
  expect(other.follow([1, 4])[1]).toBeCloseTo(3, 12);
  expect(other.follow([1, 4, Number.NaN])[2]).toBeCloseTo(3, 12);
});

test("a quantity that is smoothed otherwise leaves the others as far as they are", () => {
  const series = new Series();
  series.add({ ...noPoints(), step: [1], loss: [2], accuracy: [0.5] }, []);
  const loss = series.smoothed("loss", 0.9);
  expect(series.smoothed("accuracy", 0)).toEqual([0.5]);
  expect(series.smoothed("loss", 0.9)).toBe(loss);
  expect(series.smoothed("loss", 0.5)).not.toBe(loss);
});
