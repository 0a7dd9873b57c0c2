// The lab's numbers against those worked out by hand.
import { expect, test } from "vitest";
import { curve, descend, FUNCTION_NAMES } from "./compute.ts";

test("on w² from 4 with η = 0.1 the steps are 3.2 and 2.56", async () => {
  const path = await descend("square", 4, 0.1, 2);
  expect(path.map(({ w }) => Number(w.toFixed(5)))).toEqual([4, 3.2, 2.56]);
  expect(path[0]).toMatchObject({ value: 16, slope: 8 });
});

test("η = 0.5 lands at once, η = 1 jumps between 4 and −4, above that it flies away", async () => {
  const ends = await Promise.all([0.5, 1, 1.5].map((eta) => descend("square", 4, eta, 3)));
  expect(ends.map((path) => path.map(({ w }) => w))).toEqual([
    [4, 0, 0, 0],
    [4, -4, 4, -4],
    [4, -8, 16, -32],
  ]);
});

test.each(FUNCTION_NAMES)("the slope of %s is that of its curve", async (name) => {
  const h = 1e-2;
  const [at] = await descend(name, 1.7, 0.1, 0);
  const [before, after] = await curve(name, 1.7 - h, 1.7 + h, 2);
  expect(at!.slope).toBeCloseTo((after! - before!) / (2 * h), 2);
});

test("a path that leaves the numbers ends there", async () => {
  const path = await descend("quartic", 5, 3, 40);
  expect(path.length).toBeLessThan(40);
});
