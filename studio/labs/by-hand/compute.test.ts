// The lab's numbers against those worked out by hand.
import { expect, test } from "vitest";
import { drawImage, walk } from "./compute.ts";

const DIAGONAL = { side: 2, values: [1, 0, 0, 1] };

test("( 1 2 ; 3 4 ) on ( 1 0 ; 0 1 ) gives 5", async () => {
  expect(await walk({ side: 2, values: [1, 2, 3, 4] }, DIAGONAL)).toEqual({
    side: 1,
    products: [[1, 0, 0, 4]],
    map: [5],
  });
});

test("the filter goes over the image row by row, and is not turned round", async () => {
  const { side, products, map } = await walk(
    { side: 3, values: [1, 2, 3, 4, 5, 6, 7, 8, 9] },
    { side: 2, values: [1, 2, 0, -1] },
  );
  expect(side).toBe(2);
  expect(products.map((row) => row.map((product) => product + 0))).toEqual([
    [1, 4, 0, -5],
    [2, 6, 0, -6],
    [4, 10, 0, -8],
    [5, 12, 0, -9],
  ]);
  expect(map).toEqual([0, 2, 6, 8]);
});

test("a drawn image has whole numbers from 0 to 9, the same for the same seed", async () => {
  const image = await drawImage(5, 3);
  expect(image).toHaveLength(25);
  expect(image.every((value) => Number.isInteger(value) && value >= 0 && value <= 9)).toBe(true);
  expect(await drawImage(5, 3)).toEqual(image);
  expect(await drawImage(5, 4)).not.toEqual(image);
});
