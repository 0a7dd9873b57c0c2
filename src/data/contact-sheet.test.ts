// Contact sheets: every image where it belongs, enlarged and labelled; what is too large is refused.
import sharp from "sharp";
import { expect, it } from "vitest";
import { ConfigError } from "../base/errors.ts";
import { contactSheet } from "./contact-sheet.node.ts";

const decode = async (png: Uint8Array) => {
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  const at = (y: number, x: number) => [
    ...data.subarray((y * info.width + x) * info.channels).subarray(0, 3),
  ];
  return { ...info, at };
};

it("puts the images of a cell side by side, a row below another, beside their labels", async () => {
  // Two by one pixel, enlarged to 64 by 32.
  const image = (...bytes: number[]) => Uint8Array.of(...bytes);
  const rows = [
    { label: "a", cells: [[image(10, 20), image(30, 40)], [image(50, 60)]] },
    { label: "<&>", cells: [[image(70, 80)]] },
  ];
  const sheet = await decode(await contactSheet(rows, [1, 1, 2]));
  const margin = 16 + 3 * 9;
  const cell = 64 + 1 + 64 + 8;
  expect([sheet.format, sheet.width, sheet.height]).toEqual(["raw", margin + 2 * cell, 8 + 2 * 40]);
  for (const [row, column, value] of [
    [0, 0, 10],
    [0, 63, 20],
    [0, 64, 255],
    [0, 65, 30],
    [0, 65 + 40, 40],
    [0, cell, 50],
    [1, 0, 70],
    [1, 32, 80],
    [1, 65, 255],
  ] as const) {
    expect(sheet.at(8 + row * 40 + 16, margin + column), `row ${row}, ${column}`).toEqual([
      value,
      value,
      value,
    ]);
  }
});

it("keeps colours", async () => {
  const rows = [{ label: "", cells: [[Uint8Array.of(200, 100, 50)]] }];
  expect((await decode(await contactSheet(rows, [3, 1, 1]))).at(20, 30)).toEqual([200, 100, 50]);
});

it("refuses what would be too large before it takes memory", async () => {
  const cells = new Array(2000).fill([new Uint8Array(1)]);
  const rows = new Array(500).fill({ label: "x", cells });
  await expect(contactSheet(rows, [1, 1, 1])).rejects.toThrow(ConfigError);
  await expect(contactSheet(rows, [1, 1, 1])).rejects.toThrow(
    /500 rows of 2000 images would make .* megapixels/,
  );
});
