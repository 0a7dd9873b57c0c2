// The lab of the maximum in a browser: the engine's numbers, the pattern moved by mouse and keys, and the search that
// finds a counterexample.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { search } from "../../studio/labs/maximum/compute.ts";
import { openStudio, type Studio } from "./harness.ts";
import { tableRows } from "./page.ts";

let studio: Studio;
beforeAll(async () => {
  studio = await openStudio();
});
afterAll(() => studio?.close());

const now = (page: Page, name: string): Promise<number> =>
  page.locator(`[data-testid="peak"] [data-name="${name}"]`).getAttribute("data-value").then(Number);

test("the table holds the engine's numbers, exactly", async () => {
  const { page } = await studio.open("#/maximum?pattern=ring&stride=2&padding=1");
  const { peaks } = await search({ pattern: "ring", stride: 2, padding: 1 });
  const expected = peaks.map(({ x, y, max, row, column }) => [y + 1, x + 1, max, row + 1, column + 1]);
  await expect.poll(async () => (await tableRows(page)).map((row) => row.slice(0, 5))).toEqual(expected);
  await page.context().close();
});

test("the pattern is moved by keys, by dragging and by typing; the maximum stays, its place goes along", async () => {
  const { page } = await studio.open("#/maximum");
  await expect.poll(() => now(page, "column")).toBe(5);
  const handle = page.getByRole("slider", { name: "the pattern; drag it" });
  await handle.press("ArrowRight");
  await expect.poll(() => now(page, "column")).toBe(6);
  const box = (await handle.boundingBox())!;
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x - box.width, y + (box.height * 2) / 3, { steps: 4 });
  await page.mouse.up();
  await expect.poll(async () => [await now(page, "row"), await now(page, "column")]).toEqual([7, 3]);
  expect(await now(page, "max")).toBe(5);
  await page.getByLabel("pattern's row").fill("-1");
  await expect.poll(() => now(page, "max")).toBeLessThan(5);
  expect(await page.getByTestId("task").getAttribute("data-done")).toBe("false");
  await page.context().close();
});

test("with stride 2 the search stops at a counterexample, which is the task; all by keyboard", async () => {
  const { page } = await studio.open("#/maximum?stride=2&x=0&y=0");
  await expect.poll(() => now(page, "max")).toBe(5);
  const task = page.getByTestId("task");
  expect(await task.getAttribute("data-done")).toBe("false");
  await page.keyboard.press("Space");
  await expect.poll(() => task.getAttribute("data-done")).toBe("true");
  expect(page.url()).toContain("x=1");
  await page.keyboard.press("KeyR");
  await expect.poll(() => task.getAttribute("data-done")).toBe("false");
  await page.getByTestId("counterexamples").getByRole("button", { name: "Show it" }).first().press("Enter");
  await expect.poll(() => task.getAttribute("data-done")).toBe("true");
  await page.context().close();
});

test("an address that makes no sense is brought into range", async () => {
  const { page, complaints } = await studio.open("#/maximum?pattern=none&stride=0&padding=-1&x=99&y=nothing");
  await expect.poll(async () => (await tableRows(page)).length).toBe(196);
  expect(page.url()).toContain("x=11");
  expect(complaints).toEqual([]);
  await page.context().close();
});
