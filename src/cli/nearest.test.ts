// The word meant, and the cases where no word is near.
import { expect, it } from "vitest";
import { editDistance, nearest } from "./nearest.ts";

it("counts edits", () => {
  expect(editDistance("kitten", "sitting")).toBe(3);
  expect(editDistance("", "abc")).toBe(3);
  expect(editDistance("same", "same")).toBe(0);
});

it("finds the option meant", () => {
  const keys = ["epochs", "batchSize", "lr", "learningRate", "weightDecay", "seed"];
  expect(nearest("batch_size", keys)).toBe("batchSize");
  expect(nearest("epoch", keys)).toBe("epochs");
  expect(nearest("learning-rat", keys)).toBe("learningRate");
  expect(nearest("wieghtDecay", keys)).toBe("weightDecay");
  expect(nearest("colour", keys)).toBeUndefined();
});
