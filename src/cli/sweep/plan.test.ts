// A sweep's file: what it may say, and what is answered to mistakes in it.
import { expect, it } from "vitest";
import { ConfigError } from "../../base/errors.ts";
import { planSweep } from "./plan.ts";

const plan = (settings: unknown) => planSweep(settings, "sweep.yaml");

it("is a configuration with lists and ranges, in a grid unless told otherwise", () => {
  const { strategy, keys, trials, rungs, metric } = plan({
    ...{ model: "linear", epochs: 4, lr: [0.1, 0.01], augment: [false, true] },
  });
  expect([strategy, metric, keys]).toEqual(["grid", "accuracy", ["lr", "augment"]]);
  expect(trials.map(({ id, point }) => [id, point])).toEqual([
    [1, { lr: 0.1, augment: false }],
    [2, { lr: 0.1, augment: true }],
    [3, { lr: 0.01, augment: false }],
    [4, { lr: 0.01, augment: true }],
  ]);
  expect(trials[2]!.config).toEqual({ model: "linear", epochs: 4, lr: 0.01, augment: false });
  expect(rungs).toEqual([{ trials: 4, epochs: 4 }]);
});

it("takes lists and tables as values where a field has such", () => {
  const { trials } = plan({ augment: [false, ["affine"], ["affine"], [{ name: "affine" }, "elastic"]] });
  expect(trials).toHaveLength(3);
  expect(trials[1]!.point).toEqual({ augment: ["affine"] });
});

it("draws whole numbers for fields that take no others", () => {
  const { trials } = plan({ batchSize: { min: 16, max: 256, scale: "log" }, strategy: "random", trials: 30 });
  const sizes = trials.map(({ config }) => config.batchSize!);
  expect(sizes.every(Number.isInteger)).toBe(true);
  expect([Math.min(...sizes) >= 16, Math.max(...sizes) <= 256]).toEqual([true, true]);
  expect(new Set(sizes).size).toBe(30);
});

it.each([
  [{ learning_rate: [1] }, 'unknown key "learning_rate"'],
  [{ straegy: "grid", lr: [1] }, 'Did you mean "strategy"?'],
  [{ lr: [0.1, -1] }, '"lr" must be a number above 0, in sweep.yaml it is -1'],
  [{ optimizer: ["sgd", "sdg"] }, '"optimizer" must be one of sgd, adam'],
  [{ lr: [] }, 'the list of "lr" in sweep.yaml is empty'],
  [{ lr: { min: 0, max: 1, scale: "log" } }, "with min < max (above 0 for log)"],
  [{ lr: { min: 1, max: 0.1 } }, "with min < max"],
  [{ lr: { from: 1, to: 2 } }, "Give a range as { min: 0.001, max: 0.1, scale: log }"],
  [{ batchSize: { min: 0.5, max: 8 } }, '"batchSize" must be a whole number of at least 1'],
  [{ lr: { min: 0.1, max: 1 } }, "Say how many, as in count: 5, or use strategy: random"],
  [{ lr: 0.1 }, "no field has a list or a range in sweep.yaml"],
  [{ lr: [1], strategy: "bayes" }, '"strategy" must be one of grid, random, halving'],
  [{ lr: [1], trials: 4 }, '"trials" in sweep.yaml has no meaning for a grid'],
  [{ lr: [1], strategy: "random", trials: 0 }, '"trials" must be a whole number of at least 1'],
  [{ epochs: [1, 2], strategy: "halving" }, "Successive halving shares out epochs itself"],
  [{ threads: [1, 2] }, '"threads" is swept, on which no result depends'],
  [{ lr: [1], validation: 0 }, "Trials are compared by their validation"],
  [[1, 2], "must hold keys and values"],
])("%j is refused", (settings, message) => {
  expect(() => plan(settings)).toThrow(ConfigError);
  expect(() => plan(settings)).toThrow(message);
});
