// The lab's numbers against those worked out by hand.
import { expect, test } from "vitest";
import { count, matrix, open } from "./compute.ts";

test.each([
  // ((2d+1)²·C + 1)·T and C·n²·m²·T + m²·T
  { sizes: { n: 8, C: 3, T: 8, d: 1 }, conv: 224, dense: 55_584, m: 6 },
  { sizes: { n: 8, C: 3, T: 8, d: 2 }, conv: 608, dense: 24_704, m: 4 },
  { sizes: { n: 4, C: 1, T: 1, d: 0 }, conv: 2, dense: 272, m: 4 },
])("$sizes has $conv parameters, the dense layer $dense", async ({ sizes, conv, dense, m }) => {
  expect(await count(sizes)).toEqual({ conv, dense, m });
});

test("only one choice of C, T and d within the lab's bounds has 608 parameters", async () => {
  const found = [];
  // The image's size does not count for it; a small one keeps the dense layer small.
  for (const C of [1, 2, 3, 4])
    for (const d of [0, 1, 2, 3])
      for (let T = 1; T <= 16; T++)
        if ((await count({ n: 2 * d + 1, C, T, d })).conv === 608) found.push({ C, T, d });
  expect(found).toEqual([{ C: 3, T: 8, d: 2 }]);
});

const SIZES = { n: 6, C: 3, T: 2, d: 1 };

test("the map is the sum over channels and the bias", async () => {
  const { channels, slices, partials, bias, map } = await open(SIZES, 4, 1);
  expect([channels.length, slices.length, partials.length]).toEqual([3, 3, 3]);
  expect(
    slices.flat().every((weight) => Number.isInteger(weight) && weight !== 0 && Math.abs(weight) <= 3),
  ).toBe(true);
  expect(map).toEqual(map.map((_, i) => partials.reduce((sum, part) => sum + part[i]!, bias)));
  // The first number of the first channel's part, by hand.
  const [x, w] = [channels[0]!, slices[0]!];
  const byHand = w.reduce((sum, weight, i) => sum + weight * x[Math.floor(i / 3) * 6 + (i % 3)]!, 0);
  expect(partials[0]![0]).toBe(byHand);
});

test("the matrix times the image, and the bias, is the map; it has (2d+1)²·C numbers in each row", async () => {
  const { channels, bias, map, slices } = await open(SIZES, 4, 1);
  const { values, rows, columns, nonzero } = await matrix(SIZES, 4, 1);
  expect([rows, columns, nonzero]).toEqual([16, 108, 16 * 27]);
  const x = channels.flat();
  const product = Array.from({ length: rows }, (_, row) =>
    x.reduce((sum, pixel, column) => sum + pixel * values[row * columns + column]!, bias),
  );
  expect(product).toEqual(map);
  const kept = [...values.slice(0, columns)].filter((value) => value !== 0);
  expect(kept).toEqual(slices.flat());
});
