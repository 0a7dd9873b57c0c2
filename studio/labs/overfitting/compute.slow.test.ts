// The lab's numbers: parameters counted by hand, the preview, and a run that learns by heart.
import { expect, test } from "vitest";
import { digitExamples } from "../../engine/digits.ts";
import { countParameters, open, preview } from "./compute.ts";
import { IMAGES, PREVIEW, SIDE } from "./nets.ts";

test.each([
  [0, 785 * 10],
  [10, 785 * 10 + 11 * 10],
  [500, 785 * 500 + 501 * 10],
])("with %i hidden neurons there are %i parameters", (hidden, count) => {
  expect(countParameters(hidden)).toBe(count);
});

const WIDTH = PREVIEW.columns * SIDE;
/** A digit of the sheet, row by row. */
const cut = (sheet: Uint8Array, row: number, column: number): number[] =>
  Array.from({ length: SIDE * SIDE }, (_, i) => {
    const [y, x] = [Math.floor(i / SIDE), i % SIDE];
    return sheet[(row * SIDE + y) * WIDTH + column * SIDE + x]!;
  });

test("the preview has the digits above and copies below: the same without deformation, else others", async () => {
  const { images } = digitExamples(IMAGES.least).train;
  const [plain, affine, again, other] = await Promise.all([
    preview("none", 1),
    preview("affine", 1),
    preview("affine", 1),
    preview("affine", 2),
  ]);
  expect(plain).toHaveLength((PREVIEW.copies + 1) * SIDE * WIDTH);
  for (const sheet of [plain, affine]) {
    expect(cut(sheet, 0, 5)).toEqual([...images.subarray(5 * SIDE * SIDE, 6 * SIDE * SIDE)]);
  }
  expect(cut(plain, 3, 5)).toEqual(cut(plain, 0, 5));
  expect(cut(affine, 1, 5)).not.toEqual(cut(affine, 0, 5));
  expect(cut(affine, 1, 5)).not.toEqual(cut(affine, 2, 5));
  expect(again).toEqual(affine);
  expect(cut(other, 1, 5)).not.toEqual(cut(affine, 1, 5));
});

test("20 digits are learned by heart, and say little of others; deformed they are harder", async () => {
  const settings = { images: 20, hidden: 100, augment: "none", seed: 1 } as const;
  const run = async (augment: "none" | "affine") => {
    const session = open({ ...settings, augment });
    const { scores } = await session.advance(30);
    await session.close();
    return scores;
  };
  const plain = await run("none");
  expect(plain.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 31 }, (_, epoch) => epoch));
  const last = plain.at(-1)!;
  expect(last.train.accuracy).toBe(1);
  expect(last.validation.accuracy).toBeLessThan(0.6);
  expect(last.validation.loss).toBeGreaterThan(10 * last.train.loss);
  const deformed = (await run("affine")).at(-1)!;
  expect(deformed.train.loss).toBeGreaterThan(2 * last.train.loss);
});
