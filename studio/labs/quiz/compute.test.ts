// Every key is what the engine finds, and a wrong key would be found.
import { expect, test } from "vitest";
import { formatNumber } from "../../text/locale.ts";
import { against } from "./against.ts";
import { findCounterexample, findEvidence, wrongKeys } from "./compute.ts";
import { IDS, questionOf } from "./questions.ts";
import { text } from "./text.ts";

test("there are more than twenty questions over all chapters, and the engine confirms every key", async () => {
  expect(IDS.length).toBeGreaterThan(20);
  expect(new Set(IDS.map((id) => questionOf(id).chapter)).size).toBe(4);
  expect(await wrongKeys()).toEqual([]);
});

test.each(IDS)(
  "%s: both languages offer as many answers, one of them right, and show the engine's numbers",
  async (id) => {
    const { numbers } = await findEvidence(id);
    for (const locale of ["en", "ru"] as const) {
      const words = text[locale].questions[id];
      const options: readonly (number | string)[] = questionOf(id).options ?? words.options ?? [];
      expect(options.length).toBeGreaterThanOrEqual(2);
      expect(options[questionOf(id).answer]).toBeDefined();
      expect(new Set(options).size).toBe(options.length);
      expect(words.because(numbers.map(String))).not.toMatch(/undefined|NaN/);
    }
  },
);

const WRONG = IDS.flatMap((id) =>
  (questionOf(id).options ?? []).map((given, choice) => ({ id, given, choice })),
).filter(({ id, choice }) => choice !== questionOf(id).answer);

test.each(WRONG)(
  "$id: $given is answered with numbers of the engine, in both languages",
  async ({ id, given, choice }) => {
    const numbers = (await findCounterexample(id, choice))!;
    expect(numbers.length).toBeGreaterThan(0);
    expect(numbers.every(Number.isFinite)).toBe(true);
    for (const locale of ["en", "ru"] as const) {
      const said = against[locale][id]!(
        formatNumber(given, locale),
        numbers.map((value) => formatNumber(value, locale)),
      );
      expect(said).not.toMatch(/undefined|NaN/);
      expect(said).toContain(formatNumber(numbers[0]!, locale));
    }
  },
);

test("a counterexample speaks against the very answer", async () => {
  // η = 0.125 would lead from 4 to 3; 2.4 takes the slope of the first step at the second.
  expect(await findCounterexample("step", 2)).toEqual([0.125, 3]);
  expect((await findCounterexample("two-steps", 2))!.map((value) => Number(value.toFixed(3)))).toEqual([
    3.2, 8, 6.4,
  ]);
  expect(await findCounterexample("at-once", 2)).toEqual([-4, -1]);
  expect(await findCounterexample("size", 1)).toEqual([3, 26]);
  expect(await findCounterexample("dense", 0)).toEqual([784_000, 1000]);
  expect(await findCounterexample("two-paths", 0)).toEqual([0.5, -13, -18, -10]);
  // The numbers for the right answer are counterexample enough.
  expect(await findCounterexample("saddle", 0)).toBeUndefined();
});
