// The lab of the step in a browser: its numbers are the engine's in Node; mouse, touch and keyboard do the same.
import { afterAll, beforeAll, expect, test } from "vitest";
import { descend } from "../../studio/labs/step/compute.ts";
import { openStudio, type Studio } from "./harness.ts";
import { tableRows } from "./page.ts";

let studio: Studio;
beforeAll(async () => {
  studio = await openStudio();
});
afterAll(() => studio?.close());

test("the table holds the engine's numbers, exactly", async () => {
  const { page } = await studio.open("#/step?q=valley&w=-3.5&eta=0.3&t=12");
  const expected = (await descend("valley", -3.5, 0.3, 12)).map(({ w, value, slope }, t) => [
    t,
    w,
    value,
    slope,
  ]);
  await expect.poll(() => tableRows(page)).toEqual(expected);
  await page.context().close();
});

test("keys step, run and reset; the address follows", async () => {
  const { page } = await studio.open("#/step?w=4&t=0");
  await expect.poll(() => tableRows(page)).toHaveLength(1);
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => tableRows(page)).toHaveLength(2);
  expect(page.url()).toContain("t=1");
  await page.keyboard.press("Space");
  await expect.poll(async () => (await tableRows(page)).length).toBeGreaterThan(3);
  await page.keyboard.press("KeyR");
  await expect.poll(() => tableRows(page)).toHaveLength(1);
  // A button that has the focus is pressed by Space alone.
  await page.getByRole("button", { name: "One step" }).click();
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => tableRows(page)).toHaveLength(3);
  await page.keyboard.press("Space");
  await expect.poll(() => tableRows(page)).toHaveLength(4);
  await page.context().close();
});

test("the start is moved by arrow keys, and typed with a comma", async () => {
  const { page } = await studio.open("#/step?t=0", { locale: "ru" });
  await page.getByRole("slider", { name: "начало" }).press("ArrowLeft");
  await expect.poll(async () => (await tableRows(page))[0]?.[1]).toBeCloseTo(3.9, 6);
  await page.getByLabel("начало w⁰", { exact: true }).first().fill("2,5");
  await expect.poll(async () => (await tableRows(page))[0]?.[1]).toBe(2.5);
  await page.getByLabel("начало w⁰", { exact: true }).first().fill("два");
  expect(await page.getByRole("alert").textContent()).toBe("Это не число.");
  expect((await tableRows(page))[0]?.[1]).toBe(2.5);
  await page.context().close();
});

test("a prediction is judged by the engine's number, and the task by the path", async () => {
  const { page } = await studio.open("#/step");
  const answer = page.getByRole("textbox", { name: "Predict" });
  await answer.fill("3");
  await page.getByRole("button", { name: "Check" }).click();
  await expect.poll(() => page.getByText("Not quite.").count()).toBe(1);
  await answer.fill("3,2");
  await page.getByRole("button", { name: "Check" }).click();
  await expect.poll(() => page.getByText("Right.").count()).toBe(1);
  expect(await page.getByTestId("task").getAttribute("data-done")).toBe("false");
  await page.goto(`${studio.url}#/step?eta=0.48&t=3`);
  await expect.poll(() => page.getByTestId("task").getAttribute("data-done")).toBe("true");
  await page.context().close();
});

test("an address that makes no sense is brought into range", async () => {
  const { page, complaints } = await studio.open("#/step?q=nonsense&w=1e9&eta=-4&t=x");
  await expect.poll(async () => (await tableRows(page))[0]?.[1]).toBe(5);
  expect(complaints).toEqual([]);
  await page.context().close();
});
