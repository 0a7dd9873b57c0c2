// What makes an image set valid.
import { describe, expect, it } from "vitest";
import { DataError } from "../base/errors.ts";
import { checkImageSet, countOf } from "./image-set.ts";

const set = {
  images: new Uint8Array(24),
  labels: Uint8Array.of(0, 1),
  shape: [3, 2, 2],
  classes: ["a", "b"],
} as const;

describe("checkImageSet", () => {
  it("gives a valid set back", () => {
    expect(checkImageSet(set, "x")).toBe(set);
    expect(countOf(set)).toBe(2);
  });
  it("refuses an empty set, sizes that disagree, and labels out of range", () => {
    expect(() => checkImageSet({ ...set, labels: new Uint8Array(0) }, "x")).toThrow(DataError);
    expect(() => checkImageSet({ ...set, images: new Uint8Array(23) }, "x")).toThrow(
      "x: 2 labels need 24 bytes of 3×2×2 images, there are 23.",
    );
    expect(() => checkImageSet({ ...set, labels: Uint8Array.of(0, 2) }, "x")).toThrow(
      "x: label 2 of image 1 is out of range, there are 2 classes (0 to 1).",
    );
  });
});
