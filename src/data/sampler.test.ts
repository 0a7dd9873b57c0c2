// The order of an epoch: a permutation that depends on seed and epoch alone.
import { describe, expect, it } from "vitest";
import { ConfigError } from "../base/errors.ts";
import { epochOrder } from "./sampler.ts";

describe("epochOrder", () => {
  it("is a permutation", () => {
    expect([...epochOrder(1000, 1, 0)].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 1000 }, (_, i) => i),
    );
    expect([...epochOrder(0, 1, 0)]).toEqual([]);
  });
  it("repeats for the same seed and epoch, and differs otherwise", () => {
    expect(epochOrder(100, 7, 3)).toEqual(epochOrder(100, 7, 3));
    expect(epochOrder(100, 7, 3)).not.toEqual(epochOrder(100, 7, 4));
    expect(epochOrder(100, 7, 3)).not.toEqual(epochOrder(100, 8, 3));
    expect(epochOrder(100, 7, 3)).not.toEqual(epochOrder(100, 3, 7));
  });
  it("refuses what is no count or epoch", () => {
    expect(() => epochOrder(-1, 0, 0)).toThrow("epochOrder: count must be a whole number from 0");
    expect(() => epochOrder(10, 0, 0.5)).toThrow(ConfigError);
  });
});
