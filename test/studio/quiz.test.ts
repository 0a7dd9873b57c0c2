// The quiz in a browser: a wrong answer gets the engine's numbers, and twenty right ones solve the task, by keyboard.
import { afterAll, beforeAll, expect, test } from "vitest";
import { IDS, questionOf } from "../../studio/labs/quiz/questions.ts";
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
  expect(await question.textContent()).toContain("steps from 4 to −4");
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
