// The quiz in a browser: a wrong answer gets the engine's numbers, and twenty right ones solve the task, by keyboard.
import { afterAll, beforeAll, expect, test } from "vitest";
import { against } from "../../studio/labs/quiz/against.ts";
import { IDS, questionOf } from "../../studio/labs/quiz/questions.ts";
import { text } from "../../studio/labs/quiz/text.ts";
import { openStudio, type Studio } from "./harness.ts";
import { tableRows } from "./page.ts";

let studio: Studio;
beforeAll(async () => {
  studio = await openStudio();
});
afterAll(() => studio?.close());

test("a wrong answer gets a counterexample, a right one is right, and the table follows", async () => {
  const { page, complaints } = await studio.open("#/quiz");
  const question = page.locator('[data-question="step"]');
  await question.getByRole("button", { name: "8", exact: true }).press("Enter");
  await expect.poll(() => question.locator(".verdict.bad").count()).toBe(1);
  // To land at 8 it would have to climb.
  expect(await question.textContent()).toContain("takes η = −0.5: with it the engine goes from 4 to 8.");
  await question.getByRole("button", { name: "−4" }).press("Enter");
  await expect.poll(() => question.locator(".verdict.good").count()).toBe(1);
  expect((await tableRows(page))[0]).toEqual(["step", 2, "✓"]);
  expect(complaints).toEqual([]);
  await page.context().close();
});

test("twenty right answers solve the task; answers that are not offered do not count", async () => {
  const key = IDS.map((id, i) => (i < 20 ? questionOf(id).answer : 99));
  const { page } = await studio.open(`#/quiz?a=${key.join(";")}`);
  await expect.poll(() => page.getByTestId("task").getAttribute("data-done")).toBe("true");
  await expect.poll(() => page.locator(".verdict.good").count()).toBeGreaterThanOrEqual(20);
  await page.getByRole("button", { name: "Start anew" }).click();
  await expect.poll(() => page.getByTestId("task").getAttribute("data-done")).toBe("false");
  await page.context().close();
});

test("every wrong answer of every question is called wrong and gets the engine's numbers", async () => {
  const { page, complaints } = await studio.open("#/quiz");
  for (let round = 1; round < 4; round++) {
    // The answer `round` places behind the right one, where as many are offered.
    const given = IDS.map((id) => {
      const { answer, options } = questionOf(id);
      const offered = options?.length ?? text.en.questions[id].options!.length;
      return round < offered ? (answer + round) % offered : -1;
    });
    const asked = given.filter((choice) => choice >= 0).length;
    await page.goto(`${studio.url}#/quiz?a=${given.join(";")}`);
    await expect.poll(() => page.locator(".verdict.bad").count()).toBe(asked);
    // Formulas of numbers are set a moment after the words around them.
    const unsaid = async (): Promise<string[]> => {
      const said = await page.locator("[data-question]:has(.verdict.bad)").allTextContents();
      return said.filter((words) => !/\d.*✗.*\d/s.test(words));
    };
    await expect.poll(unsaid).toEqual([]);
    expect(await page.getByTestId("counterexample").count()).toBe(
      IDS.filter((id, i) => given[i]! >= 0 && against.en[id]).length,
    );
  }
  expect(complaints).toEqual([]);
  await page.context().close();
});
