// Every key is what the engine finds, and a wrong key would be found.
import { expect, test } from "vitest";
import { findEvidence, wrongKeys } from "./compute.ts";
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
