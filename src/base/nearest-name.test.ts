// Suggestions for mistyped names.
import { describe, expect, it } from "vitest";
import { editDistance, nearestName } from "./nearest-name.ts";

describe("editDistance", () => {
  it.each([
    ["kitten", "sitting", 3],
    ["", "abc", 3],
    ["same", "same", 0],
    ["ab", "ba", 2],
  ])("%s → %s: %i", (a, b, distance) => expect(editDistance(a, b)).toBe(distance));
});

describe("nearestName", () => {
  const names = ["digits", "mnist", "fashion-mnist", "cifar10"];
  it("finds the name meant, letter case aside", () => {
    expect(nearestName("MINST", names)).toBe("mnist");
    expect(nearestName("cifar-10", names)).toBe("cifar10");
    expect(nearestName("fashion_mnist", names)).toBe("fashion-mnist");
  });
  it("suggests nothing where nothing is near", () => {
    expect(nearestName("imagenet-21k", names)).toBeUndefined();
    expect(nearestName("x", [])).toBeUndefined();
  });
});
