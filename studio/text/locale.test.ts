// Numbers and plurals as each language writes and reads them.
import { expect, test } from "vitest";
import { texNumber } from "../widgets/tex.tsx";
import { formatNumber, parseNumber, plural } from "./locale.ts";

test("numbers are written with the language's marks and a true minus", () => {
  expect(formatNumber(-1234.5, "en", 5)).toBe("−1,234.5");
  expect(formatNumber(-0.25, "ru")).toBe("−0,25");
  expect(formatNumber(785000, "ru")).toBe("785\u00a0000");
  expect(formatNumber(2.274e-15, "en")).toBe("2.274·10⁻¹⁵");
  expect(
    [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map((value) =>
      formatNumber(value, "en"),
    ),
  ).toEqual(["NaN", "∞", "−∞"]);
});

test.each([
  ["0,5", 0.5],
  ["0.5", 0.5],
  ["−3", -3],
  ["785 000", 785000],
  ["1e-3", 0.001],
  [".5", 0.5],
])("%s is read as %d", (text, value) => {
  expect(parseNumber(text)).toBe(value);
});

test.each(["", "-", "1,2,3", "two", "0x10", "1e999", "NaN"])("%j is no number", (text) => {
  expect(parseNumber(text)).toBeUndefined();
});

test("plural forms follow the language", () => {
  const steps = { one: "# шаг", few: "# шага", many: "# шагов", other: "# шага" };
  expect([1, 2, 5, 11, 21, 104].map((count) => plural(count, steps, "ru"))).toEqual([
    "1 шаг",
    "2 шага",
    "5 шагов",
    "11 шагов",
    "21 шаг",
    "104 шага",
  ]);
  expect([1, 2].map((count) => plural(count, { one: "# step", other: "# steps" }, "en"))).toEqual([
    "1 step",
    "2 steps",
  ]);
});

test("numbers enter formulas as TeX", () => {
  expect(texNumber("−0,25", { isFactor: true })).toBe("(-0{,}25)");
  expect(texNumber("2.274·10⁻¹⁵")).toBe("2.274\\cdot 10^{-15}");
});
