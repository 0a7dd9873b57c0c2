// Numbers at the borders of their formats.
import { expect, it } from "vitest";
import {
  formatAmount,
  formatBytes,
  formatCount,
  formatDuration,
  formatLoss,
  formatPercent,
  formatRate,
} from "./numbers.ts";

it("groups thousands from five digits on", () => {
  expect([0, 938, 9999, 10_000, 60_000, 1_234_567, -12_345].map(formatCount)).toEqual([
    ..."0|938|9999|10 000|60 000|1 234 567|-12 345".split("|"),
  ]);
});

it("puts the noun in the plural but for one", () => {
  expect([0, 1, 54_000].map((value) => formatAmount(value, "image"))).toEqual([
    "0 images",
    "1 image",
    "54 000 images",
  ]);
});

it("writes shares as percentages", () => {
  expect(formatPercent(0.9731)).toBe("97.3 %");
  expect(formatPercent(0.9731, 0)).toBe("97 %");
  expect(formatPercent(1, 2)).toBe("100.00 %");
});

it("keeps a loss readable at every size", () => {
  expect([0, 0.03124, 2.30261, 123.456, 1e6, 0.00001234, Number.NaN].map(formatLoss)).toEqual([
    ..."0.0000|0.0312|2.3026|123.46|1.00e+6|1.23e-5|NaN".split("|"),
  ]);
});

it("writes times without carrying a unit to 60", () => {
  expect([0.421, 12.34, 59.94, 59.96, 185, 3599.4, 3599.6, 7800].map(formatDuration)).toEqual([
    ..."0.42 s|12.3 s|59.9 s|1 min 00 s|3 min 05 s|59 min 59 s|1 h 00 min|2 h 10 min".split("|"),
  ]);
  expect(formatDuration(Number.POSITIVE_INFINITY)).toBe("?");
});

it("rounds rates to three digits and sizes to their unit", () => {
  expect([3.1349, 99.94, 437.8, 18_437, 1_234_567].map(formatRate)).toEqual([
    ..."3.13|99.9|438|18 400|1 230 000".split("|"),
  ]);
  expect([512, 1000, 1_240_000, 3.5e9].map(formatBytes)).toEqual([
    ..."512 B|1.00 kB|1.24 MB|3.50 GB".split("|"),
  ]);
});
