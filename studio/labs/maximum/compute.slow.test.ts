// The lab's numbers against those worked out by hand, and what it claims of every shift.
import { expect, test } from "vitest";
import { place, search } from "./compute.ts";
import { isInside, PATTERNS, SIZES } from "./geometry.ts";

const HOOK = { pattern: "hook", stride: 1, padding: 0 } as const;

test("the hook on its own filter gives 5, at its own corner", async () => {
  const { image, map, side, peak } = await place(HOOK, { x: 4, y: 2 });
  expect(image.reduce((sum, value) => sum + value, 0)).toBe(5);
  expect(image[2 * SIZES.side + 4]).toBe(1);
  expect([side, map.length]).toEqual([10, 100]);
  expect(peak).toEqual({ x: 4, y: 2, max: 5, column: 4, row: 2 });
});

test("cut off at the border the hook loses what is outside", async () => {
  const { image, peak } = await place(HOOK, { x: -2, y: 0 });
  // Only the end of its foot is left, at (0, 2).
  expect(image.reduce((sum, value) => sum + value, 0)).toBe(1);
  expect(image[2 * SIZES.side]).toBe(1);
  expect(peak.max).toBe(1);
});

test.each(Object.keys(PATTERNS) as (keyof typeof PATTERNS)[])(
  "with stride 1 no shift of the %s inside the image changes the maximum, and the peak goes along",
  async (pattern) => {
    const { peaks, best, counterexample } = await search({ pattern, stride: 1, padding: 0 });
    const inside = peaks.filter(isInside);
    expect(inside).toHaveLength(100);
    expect(best).toBe(PATTERNS[pattern].reduce<number>((sum, value) => sum + value, 0));
    expect(inside.every(({ x, y, max, column, row }) => max === best && column === x && row === y)).toBe(
      true,
    );
    expect(counterexample.inside).toBeUndefined();
    expect(isInside(counterexample.cutOff!)).toBe(false);
  },
);

test("with stride 2 a shift by one pixel is a counterexample", async () => {
  const { best, counterexample } = await search({ ...HOOK, stride: 2 });
  expect(best).toBe(5);
  // At (1, 0) the filter meets the hook one column too early or too late.
  expect(counterexample.inside).toMatchObject({ x: 1, y: 0 });
  expect(counterexample.inside!.max).toBeLessThan(5);
  expect(counterexample.inside!.max).toBe((await place({ ...HOOK, stride: 2 }, { x: 1, y: 0 })).peak.max);
});
