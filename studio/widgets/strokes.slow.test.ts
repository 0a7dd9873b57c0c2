// A drawing's text form, and its picture.
import { expect, test } from "vitest";
import { inkStrokes, PICTURE_SIDE, parseStrokes, penPoint, printStrokes } from "./strokes.ts";

test("a drawing is written in five digits a point and read again", () => {
  const strokes = [[penPoint(3, 98), penPoint(120, -4, 20)], [penPoint(50.4, 7.6, 0.2)]];
  expect(printStrokes(strokes)).toBe("0398599009-50081");
  expect(parseStrokes("0398599009-50081")).toEqual(strokes);
  expect(parseStrokes("")).toEqual([]);
});

test.each(["1", "12345-", "-12345", "12340", "1234x", "12345".repeat(800)])("%.9s is no drawing", (text) => {
  expect(parseStrokes(text)).toBeUndefined();
});

test("a horizontal stroke inks a band of its width, round at both ends", () => {
  const picture = inkStrokes([[penPoint(20, 50), penPoint(80, 50)]]);
  const at = (x: number, y: number): number => picture[y * PICTURE_SIDE + x]!;
  const middle = Math.floor(50.5 * 1.4);
  const column = Array.from({ length: PICTURE_SIDE }, (_, y) => at(70, y));
  // 2 · (3 + 0.75 · 5) pixels wide.
  expect(column.reduce((sum, ink) => sum + ink, 0) / 255).toBeCloseTo(13.5, 1);
  expect(at(70, middle)).toBe(255);
  // The middle of the cap lies a half width before the first point; its corner is paper.
  expect(at(24, middle)).toBe(255);
  expect(at(22, middle - 6)).toBe(0);
  expect(at(124, middle)).toBe(0);
});

test("more pressure, more ink; no stroke, no ink", () => {
  const ink = (pressure: number): number =>
    inkStrokes([[penPoint(50, 50, pressure)]]).reduce((sum, value) => sum + value, 0);
  expect(ink(9)).toBeGreaterThan(ink(5));
  expect(ink(5)).toBeGreaterThan(ink(1));
  expect(inkStrokes([]).every((value) => value === 0)).toBe(true);
});

test("a drawing that goes on is inked as if it were inked whole; one that does not is inked anew", () => {
  const [a, b, c] = [penPoint(10, 10), penPoint(60, 20), penPoint(30, 80)];
  const before = { strokes: [[a]], picture: inkStrokes([[a]]) };
  for (const strokes of [[[a, b]], [[a, b, c], [b]], [[b, c]], [[a], [c]], []]) {
    expect(inkStrokes(strokes, before)).toEqual(inkStrokes(strokes));
  }
  expect(before.picture).toEqual(inkStrokes([[a]]));
});
