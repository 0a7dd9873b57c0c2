// Bounded at a time, all done, the first failure told after what was under way.
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { inParallel } from "./in-parallel.ts";

describe("inParallel", () => {
  it("does all, no more than so many at a time", async () => {
    let [now, most] = [0, 0];
    const done: number[] = [];
    await inParallel(20, 3, async (index) => {
      most = Math.max(most, ++now);
      for (let i = 0; i < index % 4; i++) await turn();
      now--;
      done.push(index);
    });
    expect(most).toBe(3);
    expect(done.sort((a, b) => a - b)).toEqual([...Array(20).keys()]);
  });

  it("begins nothing after a failure and throws it when the rest has ended", async () => {
    let ended = 0;
    const work = async (index: number) => {
      if (index === 2) throw new Error("third");
      await turn();
      ended++;
    };
    await expect(inParallel(100, 3, work)).rejects.toThrow("third");
    expect(ended).toBe(2);
  });

  it("ends where the signal says", async () => {
    const controller = new AbortController();
    let begun = 0;
    const work = async () => {
      if (++begun === 5) controller.abort(new Error("enough"));
    };
    await expect(inParallel(100, 2, work, controller.signal)).rejects.toThrow("enough");
    expect(begun).toBeLessThan(8);
  });
});
