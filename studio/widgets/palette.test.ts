// Colours from tokens, as the page's styles give them after minification.
import { expect, test } from "vitest";
import { parseHex, viridis } from "./palette.ts";

test("a colour is read in its long and its short form", () => {
  expect(parseHex(" #0b6bb5")).toEqual([11, 107, 181]);
  expect(parseHex("#fff")).toEqual([255, 255, 255]);
  expect(parseHex("#1a2")).toEqual([17, 170, 34]);
});

test("viridis goes from violet to yellow", () => {
  expect(viridis(0)).toEqual([68, 1, 84]);
  expect(viridis(1)).toEqual([253, 231, 37]);
  expect(viridis(0.05)).toEqual([70, 18.5, 100.5]);
});
