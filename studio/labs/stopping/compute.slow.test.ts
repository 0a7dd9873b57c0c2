// The lab's numbers against the formulas they stand for.
import { expect, test } from "vitest";
import { curve, endings, follow } from "./compute.ts";

test("a step is η times the gradient before it", async () => {
  const { stepNorm, gradientNorm } = await follow(1, 0.05, 20);
  for (let t = 1; t <= 20; t++) expect(stepNorm[t]).toBeCloseTo(0.05 * gradientNorm[t - 1]!, 5);
});

test("each criterion ends where its own measure says", async () => {
  const criteria = { stepNorm: 0.01, gradientNorm: 0.05, patience: 20 };
  const trace = await follow(1, 0.2, 400);
  const found = await endings(1, 0.2, criteria, 400);
  expect(found.stepNorm).toBe(trace.stepNorm.findIndex((value, t) => t > 0 && value < criteria.stepNorm));
  expect(found.gradientNorm).toBe(trace.gradientNorm.findIndex((value) => value < criteria.gradientNorm));
  const best = trace.validation.indexOf(Math.min(...trace.validation.slice(0, found.patience! + 1)));
  expect(found.patience).toBe(best + 20);
});

test("with a tiny η the step is short although the slope is steep", async () => {
  const found = await endings(1, 0.0005, { stepNorm: 0.001, gradientNorm: 0.001, patience: 400 }, 400);
  expect(found).toMatchObject({ stepNorm: 1, gradientNorm: undefined });
});

test("the validation error falls and rises again while the training error only falls", async () => {
  const { train, validation } = await follow(1, 0.5, 400);
  expect(validation.at(-1)!).toBeGreaterThan(1.1 * Math.min(...validation));
  train.slice(1).forEach((value, t) => {
    expect(value).toBeLessThanOrEqual(train[t]! + 1e-6);
  });
});

test("the same seed gives the same points; no weights give the zero curve", async () => {
  const [one, again, other] = await Promise.all([follow(3, 0.1, 1), follow(3, 0.1, 1), follow(4, 0.1, 1)]);
  expect(one).toEqual(again);
  expect(one.points).not.toEqual(other.points);
  expect(await curve(new Array(10).fill(0), 3)).toEqual([0, 0, 0]);
});
