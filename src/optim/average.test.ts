// The exponential moving average of weights and lookahead, against the formulas written out; clipping by value.
import { beforeAll, describe, expect, it } from "vitest";
import { setDevice } from "../device/current.ts";
import { ReferenceDevice } from "../device/reference/reference-device.ts";
import { compile } from "../tensor/compile.ts";
import { tensor } from "../tensor/create.ts";
import { ema, lookahead } from "./average.ts";
import { clipByValue } from "./clip.ts";
import type { Optimizer } from "./optimizer.ts";
import { sgd } from "./sgd.ts";

beforeAll(() => setDevice(new ReferenceDevice()));

/** w and what `read` gives after each of `steps` steps on w², from w = 1, at learning rate 0.1. */
async function descend(optimizer: Optimizer, steps: number, read?: string): Promise<[number, number][]> {
  const w = tensor([1]);
  optimizer.init({ w });
  const step = compile(() => optimizer.update({ w }, { w: w.mul(2) }, tensor(0.1)));
  const seen: [number, number][] = [];
  for (let i = 0; i < steps; i++) {
    await step();
    seen.push([(await w.data())[0]!, read === undefined ? 0 : (await optimizer.state[read]!.data())[0]!]);
  }
  return seen;
}

describe("ema", () => {
  it("begins at the first weights and follows them by 1 − decay", async () => {
    const seen = await descend(ema(sgd(), { decay: 0.9 }), 5, "ema.w");
    let average = 0.8;
    seen.forEach(([w, a], i) => {
      expect(w).toBeCloseTo(0.8 ** (i + 1), 14);
      if (i > 0) average = 0.9 * average + 0.1 * w;
      expect(a).toBeCloseTo(average, 14);
    });
    expect(seen[0]![1]).toBe(seen[0]![0]);
  });

  it("shows its averages and keeps the state of what is inside", () => {
    const optimizer = ema(sgd({ momentum: 0.9, lr: 0.3 }));
    optimizer.init({ w: tensor([1]) });
    expect(Object.keys(optimizer.state)).toEqual(["momentum.w", "ema.begun", "ema.w"]);
    expect(optimizer.averages!()).toEqual({ w: optimizer.state["ema.w"] });
    expect([optimizer.name, optimizer.learningRate]).toEqual(["ema(sgd)", 0.3]);
  });
});

describe("lookahead", () => {
  it("goes back part of the way after every k steps", async () => {
    const seen = await descend(lookahead(sgd(), { every: 3, alpha: 0.5 }), 7, "slow.w");
    let [w, slow] = [1, 1];
    seen.forEach(([at, kept], i) => {
      w *= 0.8;
      if (i % 3 === 2) {
        slow += 0.5 * (w - slow);
        w = slow;
      }
      expect([at, kept]).toEqual([expect.closeTo(w, 14), expect.closeTo(slow, 14)]);
    });
  });

  it("hands on the averages of what is inside", () => {
    const optimizer = lookahead(ema(sgd()));
    optimizer.init({ w: tensor([1]) });
    expect(Object.keys(optimizer.averages!())).toEqual(["w"]);
    expect(lookahead(sgd()).averages).toBeUndefined();
  });
});

describe("wrappers", () => {
  it("refuse wrong options, and to be put around themselves", () => {
    expect(() => ema(sgd(), { decay: 1 })).toThrow("ema: decay 1 must be at least 0 and below 1");
    expect(() => ema(sgd(), { deca: 1 } as object)).toThrow('Did you mean "decay"?');
    expect(() => lookahead(sgd(), { every: 0 })).toThrow("lookahead: every 0 must be a whole number from 1");
    expect(() => ema(ema(sgd())).init({ w: tensor([1]) })).toThrow(
      'the state "ema.begun" would be kept twice',
    );
  });
});

describe("clipByValue", () => {
  it("holds every element within the limit", async () => {
    const { a, b } = clipByValue({ a: tensor([-3, 0.2]), b: tensor([0.6]) }, 0.5);
    expect([await a.toArray(), await b.toArray()]).toEqual([[-0.5, 0.2], [0.5]]);
    expect(() => clipByValue({}, 0)).toThrow("clipByValue: limit 0 must be above 0");
  });
});
