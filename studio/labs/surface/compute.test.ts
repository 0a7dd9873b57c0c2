// The lab's numbers against those worked out by hand.
import { expect, test } from "vitest";
import { basins, heights, path, race } from "./compute.ts";
import { minimumNear, SURFACES, type SurfaceName } from "./surfaces.ts";

const RATES = { eta: 0.5, momentum: 0.5, rate: 0.1 };

test("plain descent multiplies each number by 1 − η·curvature", async () => {
  const points = await path("valley", [-9, 3], "gradient", RATES, 3);
  points.forEach(({ x, y, value }, t) => {
    expect(x).toBeCloseTo(-9 * 0.99 ** t, 5);
    expect(y).toBeCloseTo(t === 0 ? 3 : 0, 5);
    expect(value).toBeCloseTo(0.01 * x * x + y * y, 5);
  });
});

test("momentum keeps a share of the last step", async () => {
  const [, first, second] = await path("valley", [0, 2], "momentum", { ...RATES, eta: 0.1 }, 2);
  expect(first!.y).toBeCloseTo(2 - 0.1 * 4, 5);
  expect(second!.y).toBeCloseTo(1.6 - 0.1 * (0.5 * 4 + 3.2), 5);
});

test("Adam's first step is as long as its rate, whatever the slope", async () => {
  const { adam } = await race("valley", [-9, 3], RATES, 1);
  expect(adam[1]!.x).toBeCloseTo(-8.9, 4);
  expect(adam[1]!.y).toBeCloseTo(2.9, 4);
});

test("a step size past 2 / curvature leaves the numbers, and the path ends there", async () => {
  const points = await path("valley", [1, 1], "gradient", { ...RATES, eta: 3 }, 400);
  expect(points.length).toBeLessThan(400);
});

test.each(Object.keys(SURFACES) as SurfaceName[])("the minima of %s are flat and low", async (surface) => {
  const low = Math.min(...(await heights(surface, 41, 41)));
  for (const [x, y] of SURFACES[surface].minima) {
    const [at] = await path(surface, [x, y], "gradient", { ...RATES, eta: 1e-3 }, 1);
    expect(at!.value).toBeLessThanOrEqual(low + 1e-3);
  }
});

test("the start decides the minimum", async () => {
  const found = await basins("hills", 0.1, 21, 21, 400);
  expect([...new Set(found)].sort()).toEqual(expect.arrayContaining([0, 1, 2, 3]));
  expect(minimumNear("hills", 3.01, 1.99)).toBe(0);
  // The upper right corner belongs to the minimum (3, 2), the lower left to (−3.78, −3.28).
  expect(found[21 * 21 - 1]).toBe(0);
  expect(found[0]).toBe(2);
});
