// The lab's bars and tuning curves against what can be said of them by hand, and its training against itself.
import { expect, test } from "vitest";
import { drawBar, start } from "./compute.ts";
import { ANGLES, between, FILTERS, IMAGE_SIDE } from "./geometry.ts";

test("a bar at 90° is one at 0° turned, and 180° more change nothing", () => {
  const [flat, upright] = [drawBar(0), drawBar(90)];
  const at = (bar: readonly number[], x: number, y: number): number => bar[y * IMAGE_SIDE + x]!;
  expect(at(flat, 5, 14)).toBe(255);
  expect(at(flat, 14, 5)).toBe(0);
  for (const [x, y] of [
    [5, 14],
    [14, 5],
    [3, 12],
  ] as const)
    expect(at(upright, y, x)).toBe(at(flat, x, y));
  expect(drawBar(215)).toEqual(drawBar(35));
  // 45° rises to the right, as on a protractor.
  expect(at(drawBar(45), 19, 8)).toBeGreaterThan(200);
});

test("directions are at most 90° apart", () => {
  expect(between(175, 5)).toBe(10);
  expect(between(0, 90)).toBe(90);
  expect(between(40, 40)).toBe(0);
});

test("one pass after the other trains the net, the same for the same seed; the curves hold together", async () => {
  const [session, again] = [start(3), start(3)];
  const first = await session.advance(0);
  expect(first).toMatchObject({ epochs: 0, accuracy: undefined });
  await session.advance(2);
  await session.advance(2);
  const after = await session.advance(2);
  expect(after.epochs).toBe(2);
  expect(after.accuracy).toBeGreaterThan(0.5);
  expect(after.tunings).toHaveLength(FILTERS);
  for (const { answers, preferred, selectivity } of after.tunings) {
    expect(Math.max(...answers)).toBe(answers[ANGLES.indexOf(preferred)]);
    expect(Math.min(...answers)).toBeGreaterThanOrEqual(0);
    const [x, y, total] = answers.reduce(
      ([x, y, sum], answer, i) => {
        const turned = (2 * Math.PI * ANGLES[i]!) / 180;
        return [x + answer * Math.cos(turned), y + answer * Math.sin(turned), sum + answer];
      },
      [0, 0, 0] as [number, number, number],
    );
    expect(selectivity).toBeCloseTo(total === 0 ? 0 : Math.hypot(x, y) / total, 4);
  }
  const { answers, bar } = await session.show(ANGLES[7]!);
  expect(bar).toEqual(drawBar(35));
  answers.forEach((answer, i) => {
    expect(answer).toBeCloseTo(after.tunings[i]!.answers[7]!, 4);
  });
  await again.advance(5);
  expect(await again.advance(5)).toEqual(after);
  await Promise.all([session.stop(), again.stop()]);
});
