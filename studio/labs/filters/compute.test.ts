// The lab's numbers against those worked out by hand.
import { expect, test } from "vitest";
import { filterPicture, measureEdges, scene } from "./compute.ts";
import { SCENES } from "./scenes.ts";

const SOBEL = [-1, 0, 1, -2, 0, 2, -1, 0, 1];
const TURNED = [-1, -2, -1, 0, 0, 0, 1, 2, 1];

test("a filter answers Σ w·x + b, and the picture shrinks by 2d", async () => {
  const picture = { width: 4, height: 3, values: Float32Array.from([0, 0, 9, 9, 0, 0, 9, 9, 0, 0, 9, 9]) };
  const map = await filterPicture(picture, { side: 3, values: SOBEL, bias: 2 });
  expect(map).toEqual({
    width: 2,
    height: 1,
    values: Float32Array.from([38, 38]),
    min: 38,
    max: 38,
    mean: 38,
  });
});

test("columns of opposite sign find vertical edges, rows of opposite sign horizontal ones, neither a flat wall", async () => {
  // Both columns of places that touch the edge see (1 + 2 + 1)·255.
  expect(await measureEdges({ side: 3, values: SOBEL, bias: 7 })).toEqual({
    vertical: 1020,
    horizontal: 0,
    flat: 0,
  });
  expect(await measureEdges({ side: 3, values: TURNED, bias: 0 })).toEqual({
    vertical: 0,
    horizontal: 1020,
    flat: 0,
  });
  const mean = await measureEdges({ side: 5, values: new Array<number>(25).fill(0.04), bias: 0 });
  expect(mean.flat).toBeCloseTo(255, 3);
  expect(mean.vertical).toBeCloseTo(127.5, 3);
});

test.each(SCENES)("%s is a picture with light and dark, the same each time", async (name) => {
  const picture = await scene(name, 2);
  expect(picture.values).toHaveLength(picture.width * picture.height);
  expect(picture.width * picture.height).toBeGreaterThanOrEqual(160 * 120);
  const [low, high] = [Math.min(...picture.values), Math.max(...picture.values)];
  expect(low).toBeGreaterThanOrEqual(0);
  expect(high).toBeLessThanOrEqual(255);
  expect(high - low).toBeGreaterThan(120);
  const again = await scene(name, 2);
  expect(again.values.every((value, i) => value === picture.values[i])).toBe(true);
});
