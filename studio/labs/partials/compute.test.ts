// The lab's counts against the formulas they stand for.
import { expect, test } from "vitest";
import { count, counts, threeWays } from "./compute.ts";

test.each([
  [2, 1],
  [2, 5],
  [3, 4],
  [5, 2],
])("width %d, %d hidden layers: n^(L+1) paths, (nL + 1)(3n − 2) partials", (width, layers) => {
  expect(count({ width, layers })).toEqual({
    paths: width ** (layers + 1),
    partials: (width * layers + 1) * (3 * width - 2),
  });
});

test("counts of 1 … L layers", () => {
  expect(counts({ width: 2, layers: 3 }).map(({ paths }) => paths)).toEqual([4, 8, 16]);
});

test.each([
  [1, 3],
  [2, 4],
  [3, 3],
])("width %d, %d layers: backward, by matrices and path by path give one number", async (width, layers) => {
  const { backward, matrices, paths, rows, weights } = await threeWays({ width, layers }, 7);
  expect(rows).toHaveLength(layers + 1);
  const [last, before] = [rows.at(-1)!, rows.at(-2)!];
  expect(last[0]).toBeCloseTo(
    before.reduce((sum, value, i) => sum + value * weights[0]![i]![0]!, 0),
    5,
  );
  expect(matrices).toBeCloseTo(backward, 5);
  expect(paths).toBeCloseTo(backward, 5);
});

test("too many paths are not written out", async () => {
  expect((await threeWays({ width: 4, layers: 10 }, 1)).paths).toBeUndefined();
});
