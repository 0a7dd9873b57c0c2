// Schedules and the plateau watch against the numbers of PyTorch's (scripts/make-optimizer-goldens.py), and their checks.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ConfigError } from "../base/errors.ts";
import { type PlateauOptions, reduceOnPlateau } from "./plateau.ts";
import * as schedules from "./schedule.ts";

interface Golden {
  readonly length: number;
  readonly factors: Readonly<Record<string, readonly number[]>>;
  readonly metrics: readonly number[];
  readonly plateau: Readonly<Record<string, readonly number[]>>;
}
const file = new URL("../../test/goldens/schedules.json", import.meta.url);
const golden = JSON.parse(readFileSync(file, "utf8")) as Golden;

const { linearWarmup, exponential, stepwise } = schedules;
const made: Record<string, schedules.Schedule> = {
  step: stepwise({ every: 5, factor: 0.3 }),
  multiStep: schedules.multiStep({ at: [4, 9, 17], factor: 0.2 }),
  exponential: exponential({ factor: 0.87 }),
  cosine: schedules.cosine({ final: 0.05 }),
  cosineRestarts: schedules.cosineRestarts({ period: 3, growth: 2, final: 0.1 }),
  cosineRestartsEven: schedules.cosineRestarts({ period: 7 }),
  oneCycle: schedules.oneCycle({ rise: 0.4, startDivisor: 10 }),
  polynomial: schedules.polynomial({ over: 20, power: 1.7 }),
  linear: linearWarmup({ over: 9, from: 0.1, to: 0.8 }),
  sequence: schedules.sequence(
    { schedule: linearWarmup({ over: 4, from: 0.2 }), lasts: 4 },
    { schedule: exponential({ factor: 0.9 }), lasts: 7 },
    { schedule: stepwise({ every: 3, factor: 0.5 }) },
  ),
  product: schedules.product(exponential({ factor: 0.95 }), stepwise({ every: 6, factor: 0.5 })),
};
const plateaus: Record<string, PlateauOptions> = {
  relative: { factor: 0.5, patience: 2 },
  cooldown: { factor: 0.3, patience: 1, cooldown: 2, least: 0.02 },
  absolute: { factor: 0.5, patience: 1, threshold: 0.06, thresholdMode: "abs" },
  largest: { mode: "max", factor: 0.9, patience: 3 },
};

const expectEqual = (actual: readonly number[], wanted: readonly number[]) => {
  expect(actual).toHaveLength(wanted.length);
  wanted.forEach((value, i) => {
    expect(Math.abs(actual[i]! - value), `at ${i}`).toBeLessThanOrEqual(1e-12);
  });
};

describe("schedules equal PyTorch's", () => {
  it("in all goldens there are", () => {
    expect(Object.keys(golden.factors)).toEqual(Object.keys(made));
    expect(Object.keys(golden.plateau)).toEqual(Object.keys(plateaus));
  });
  it.each(Object.keys(made))("%s", (name) => {
    const { length, factors } = golden;
    expectEqual(
      Array.from({ length }, (_, step) => made[name]!(step, length)),
      factors[name]!,
    );
  });
  it.each(Object.keys(plateaus))("reduceOnPlateau, %s", (name) => {
    const plateau = reduceOnPlateau(plateaus[name]);
    expectEqual(golden.metrics.map(plateau.see), golden.plateau[name]!);
  });
});

describe("a plateau watch", () => {
  it("goes on from its state", () => {
    const whole = reduceOnPlateau({ patience: 1, cooldown: 1 });
    const cut = reduceOnPlateau({ patience: 1, cooldown: 1 });
    const scales = golden.metrics.map(whole.see);
    golden.metrics.slice(0, 7).forEach(cut.see);
    const resumed = reduceOnPlateau({ patience: 1, cooldown: 1 });
    resumed.restore(JSON.parse(JSON.stringify(cut.state)));
    expect(golden.metrics.slice(7).map(resumed.see)).toEqual(scales.slice(7));
  });
});

describe("spans", () => {
  it("below 1 are shares of all steps", () => {
    const schedule = stepwise({ every: 0.25 });
    expect([0, 24, 25, 99].map((step) => schedule(step, 100))).toEqual([1, 1, 0.1, expect.closeTo(1e-3, 15)]);
    const parts = schedules.sequence(
      { schedule: schedules.constant(2), lasts: 0.5 },
      { schedule: (step, total) => step / total },
    );
    expect([9, 10, 15].map((step) => parts(step, 20))).toEqual([2, 0, 0.5]);
    expect(exponential({ final: 0.01 })(9, 10)).toBeCloseTo(0.01, 15);
    expect(schedules.polynomial()(5, 10)).toBe(0.5);
  });

  it.each([
    [() => stepwise({ every: 0 }), "stepwise: every 0 must be a whole number of steps, or a share"],
    [() => stepwise({ every: 2.5 }), "stepwise: every 2.5"],
    [() => schedules.multiStep({ at: [3, -1] }), "multiStep: at[1] -1"],
    [() => exponential({ factor: 0 }), "exponential: factor 0"],
    [() => schedules.polynomial({ power: Number.NaN }), "polynomial: power NaN"],
    [
      () => schedules.cosineRestarts({ period: 5, growth: 1.5 }),
      "cosineRestarts: growth 1.5 must be a whole",
    ],
    [() => schedules.sequence(), "sequence: there are no schedules"],
    [
      () => schedules.sequence({ schedule: schedules.constant() }, { schedule: schedules.constant() }),
      "sequence: phases[0].lasts NaN",
    ],
    [() => reduceOnPlateau({ mode: "least" as never }), 'reduceOnPlateau: "least" is no mode'],
    [() => reduceOnPlateau({ patiense: 3 } as object), 'Did you mean "patience"?'],
    [() => reduceOnPlateau({ factor: 1 }), "reduceOnPlateau: factor 1 must be at least 0 and below 1"],
  ])("and options are refused when wrong, %#", (make, message) => {
    expect(make).toThrow(ConfigError);
    expect(make).toThrow(message);
  });
});
