// The notation of paths, and that every form written in it can be mixed and drawn.
import { describe, expect, it } from "vitest";
import { BugError } from "../../base/errors.ts";
import { form, parsePath } from "./skeletons.ts";
import { FORMS } from "./style.ts";

describe("parsePath", () => {
  it("reads strokes, points and corners", () => {
    const [first, second, ...rest] = parsePath("1,2 -3,4.5^ 6,7 | 8,9 10,11");
    expect(rest).toEqual([]);
    expect([...first!.points]).toEqual([1, 2, -3, 4.5, 6, 7]);
    expect(first!.corners).toEqual([false, true, false]);
    expect([...second!.points]).toEqual([8, 9, 10, 11]);
  });
});

describe("form", () => {
  it("refuses poles that cannot be mixed", () => {
    expect(() => form(1, "0,0 1,1", "0,0 1,1 2,2")).toThrow(BugError);
    expect(() => form(1, "0,0 1,1 2,2", "0,0 1,1^ 2,2")).toThrow(/other points or corners/);
    expect(() => form(1, "0,0 1,1", "0,0 1,1 | 2,2 3,3")).toThrow(BugError);
  });
});

describe("the forms", () => {
  it("give each of ten digits at least two forms, each of positive weight", () => {
    expect(FORMS).toHaveLength(10);
    for (const forms of FORMS) {
      expect(forms.length).toBeGreaterThanOrEqual(2);
      for (const { weight } of forms) expect(weight).toBeGreaterThan(0);
    }
  });

  it("stay in their field, every stroke a line of at least two points that starts and ends without a corner", () => {
    for (const stroke of FORMS.flat().flatMap((form) => form.poles.flat())) {
      expect(stroke.points.length).toBe(2 * stroke.corners.length);
      expect(stroke.corners.length).toBeGreaterThanOrEqual(2);
      expect([stroke.corners[0], stroke.corners.at(-1)]).toEqual([false, false]);
      for (const value of stroke.points) expect(Math.abs(value - 50)).toBeLessThanOrEqual(62);
    }
  });
});
