// Confidence intervals against tables.
import { describe, expect, it } from "vitest";
import { confidenceInterval } from "./confidence.ts";

describe("confidenceInterval", () => {
  it("is mean ± t·s/√n", () => {
    const { mean, halfWidth } = confidenceInterval([0.9, 0.92, 0.94]);
    expect(mean).toBeCloseTo(0.92, 12);
    expect(halfWidth).toBeCloseTo((4.303 * 0.02) / Math.sqrt(3), 12);
  });
  it("goes on beyond the table", () => {
    // t at 0.975 is 2.086 for 20 degrees of freedom; the variance of these values is 21/80.
    const values = Array.from({ length: 21 }, (_, i) => (i % 2 === 0 ? 1 : 0));
    const sum = 11;
    const variance = (sum - sum ** 2 / 21) / 20;
    expect(confidenceInterval(values).halfWidth / Math.sqrt(variance / 21)).toBeCloseTo(2.086, 3);
  });
  it("needs two values", () =>
    expect(() => confidenceInterval([1])).toThrow("needs two values, there are 1"));
});
