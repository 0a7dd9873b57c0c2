// The lab of stopping in a browser: its numbers and lamps are the engine's in Node.
import { afterAll, beforeAll, expect, test } from "vitest";
import { endings, follow } from "../../studio/labs/stopping/compute.ts";
import { openStudio, type Studio } from "./harness.ts";
import { tableRows } from "./page.ts";

let studio: Studio;
beforeAll(async () => {
  studio = await openStudio();
});
afterAll(() => studio?.close());

test("the table and the lamps hold the engine's numbers; a new seed gives others", async () => {
  const { page, complaints } = await studio.open("#/stopping?eta=0.3&seed=5&t=25");
  const [trace, ends] = await Promise.all([
    follow(5, 0.3, 400),
    endings(5, 0.3, { stepNorm: 0.01, gradientNorm: 0.05, patience: 20 }, 400),
  ]);
  await expect.poll(() => tableRows(page)).toHaveLength(26);
  const rows = await tableRows(page);
  rows.forEach((row, t) => {
    // WASM without fused multiply-add rounds otherwise than the native kernels.
    [trace.train, trace.validation, trace.stepNorm, trace.gradientNorm].forEach((values, i) => {
      expect(row[i + 1]).toBeCloseTo(values[t]!, 4);
    });
  });
  const lamps = await page
    .locator(".lamp")
    .evaluateAll((all) => all.map((lamp) => lamp.getAttribute("data-end")));
  expect(lamps).toEqual(Object.values(ends).map((end) => (end === undefined ? null : String(end))));
  await page.getByRole("button", { name: "New seed" }).click();
  await expect.poll(() => page.url()).toContain("seed=6");
  expect(complaints).toEqual([]);
  await page.context().close();
});

test("keys run it, and the trap can be fallen into", async () => {
  const { page } = await studio.open("#/stopping?t=0&eta=0.001");
  await expect.poll(() => page.getByTestId("task").getAttribute("data-done")).toBe("true");
  await page.keyboard.press("Space");
  await expect.poll(() => page.locator('.lamp.on[data-lamp="stepNorm"]').count()).toBe(1);
  await page.goto(`${studio.url}#/stopping?eta=0.5&es=nonsense&eg=-1&patience=0`);
  await expect.poll(() => page.getByTestId("task").getAttribute("data-done")).toBe("false");
  await page.context().close();
});
