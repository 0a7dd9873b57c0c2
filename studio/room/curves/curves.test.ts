// The arithmetic of the curves, by hand.
import { expect, test } from "vitest";
import { clockOf, MEASURES, type Measure, placeOf, stepAt } from "../clock.ts";
import { noPoints } from "../points.ts";
import { Column } from "./column.ts";
import { Envelope, type Grid, gridOf } from "./grid.ts";
import { Series } from "./series.ts";
import { Smoothing } from "./smooth.ts";

const envelope = (steps: readonly number[], values: readonly number[], grid: Grid) =>
  new Envelope().follow(steps, values, grid);

test("few steps have a place each", () => {
  const grid = gridOf(3, 6, 10);
  expect(grid.x).toEqual([3, 4, 5, 6]);
  expect(envelope([4, 6], [7, Number.NaN], grid)).toEqual([null, 7, null, null]);
});

test("places may lie closer than one, or further apart", () => {
  const tenths = gridOf(0.1, 0.5, 10, 0.1);
  expect(tenths.x.map((x) => x.toFixed(1))).toEqual(["0.1", "0.2", "0.3", "0.4", "0.5"]);
  expect(envelope([0.1, 0.2, 0.3], [1, 2, 3], tenths)).toEqual([1, 2, 3, null, null]);
  const batches = gridOf(32, 3200, 10, 32);
  // 100 values, 20 a part at the least: parts of 32.
  expect(batches.x).toEqual([32, 544, 1056, 1568, 2080, 2592, 3104, 3616]);
});

test("a branch with other batches goes on where its parent was, whatever curves are drawn over", () => {
  const parent = clockOf({ stepsPerEpoch: 10, batchSize: 16 });
  const at = (measure: Measure): number => placeOf(parent, measure, 13);
  const branch = {
    ...parent,
    step: 13,
    epoch: at("epoch"),
    images: at("images"),
    stepsPerEpoch: 5,
    batchSize: 32,
  };
  expect([at("step"), at("epoch"), at("images")]).toEqual([13, 1.3, 208]);
  expect(MEASURES.map((measure) => placeOf(branch, measure, 18))).toEqual([18, 2.3, 368]);
  expect(MEASURES.map((measure) => stepAt(branch, measure, placeOf(branch, measure, 17)))).toEqual([
    17, 17, 17,
  ]);
});

test("of each part of many the least and the greatest, in their order", () => {
  const grid = gridOf(1, 12, 4);
  expect(grid.x).toEqual([1, 5, 9, 13]);
  const steps = Array.from({ length: 12 }, (_, i) => i + 1);
  expect(envelope(steps, [5, 9, 1, 4, 4, 4, 2, 3, 8, 0, 1, 1], grid)).toEqual([9, 1, 8, 0]);
});

test("what is added piece by piece is drawn as if it had come at once", () => {
  const [grown, steps, values] = [new Envelope(), new Column(), new Column()];
  for (let piece = 0; piece < 60; piece++) {
    const from = steps.all.length;
    const more = Array.from({ length: 1 + ((piece * 37) % 90) }, (_, i) => from + i + 1);
    steps.add(more);
    values.add(more.map((step) => (step % 50 === 0 ? Number.NaN : Math.sin(step * step))));
    const grid = gridOf(1, steps.all.at(-1)!, 100);
    const drawn = grown.follow(steps.all, values.all, grid);
    expect(drawn).toEqual(envelope([...steps.all], [...values.all], grid));
    expect(drawn).toHaveLength(grid.x.length);
  }
  // Nothing is lost on the way to more room.
  expect([...steps.all]).toEqual(Array.from({ length: steps.all.length }, (_, i) => i + 1));
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
  expect([...smoothing.follow([2, 2, 2])].map((value) => Number(value.toFixed(12)))).toEqual([2, 2, 2]);
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
  expect([...series.smoothed("accuracy", 0)]).toEqual([0.5]);
  expect(series.smoothed("loss", 0.9)).toBe(loss);
  expect(series.smoothed("loss", 0.5)).not.toBe(loss);
});
