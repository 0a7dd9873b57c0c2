// Order, how much is under way at a time, failures in their turn, and an early end.
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { prefetch } from "./prefetch.ts";

describe("prefetch", () => {
  it("gives results in the order of the items, however long each takes", async () => {
    const seen: number[] = [];
    const make = async (item: number) => {
      for (let i = 0; i < 10 - item; i++) await turn();
      return item * item;
    };
    for await (const result of prefetch([1, 2, 3, 4, 5], 3, make)) seen.push(result);
    expect(seen).toEqual([1, 4, 9, 16, 25]);
  });

  it.each([0, 1, 3])("has the next %i under way while one is used, and no more", async (ahead) => {
    let begun = 0;
    let used = 0;
    const make = async () => ++begun;
    for await (const _ of prefetch(Array(8).keys(), ahead, make)) {
      used++;
      expect(begun).toBe(Math.min(8, used + ahead));
    }
    expect(used).toBe(8);
  });

  it("tells a failure when its turn comes", async () => {
    const seen: number[] = [];
    const make = async (item: number) => {
      if (item === 2) throw new Error("third");
      return item;
    };
    const loop = async () => {
      for await (const result of prefetch([0, 1, 2, 3], 3, make)) seen.push(result);
    };
    await expect(loop()).rejects.toThrow("third");
    expect(seen).toEqual([0, 1]);
  });

  it.each(["the loop", "a signal"])("aborts and awaits what is under way where %s ends it", async (who) => {
    const controller = new AbortController();
    let [underWay, aborted] = [0, 0];
    const make = async (item: number, signal: AbortSignal) => {
      if (item === 0) return item;
      underWay++;
      while (!signal.aborted) await turn();
      aborted++;
      throw signal.reason;
    };
    const items = prefetch([0, 1, 2, 3], 2, make, controller.signal);
    expect((await items.next()).value).toBe(0);
    if (who === "the loop") await items.return();
    else {
      controller.abort(new Error("enough"));
      await expect(items.next()).rejects.toThrow("enough");
    }
    expect([underWay, aborted]).toEqual(who === "the loop" ? [2, 2] : [3, 3]);
    expect((await items.next()).done).toBe(true);
  });
});
