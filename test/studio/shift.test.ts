// The lab of the shift in a browser: its numbers are the engine's in Node, and the digit is moved by mouse and keys.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { open } from "../../studio/labs/shift/compute.ts";
import { MEASURED, REACH } from "../../studio/labs/shift/nets.ts";
import { openStudio, type Studio } from "./harness.ts";
import { tableRows } from "./page.ts";

let studio: Studio;
beforeAll(async () => {
  studio = await openStudio();
});
afterAll(() => studio?.close());

const LONG = { timeout: 60_000 };
const SHIFTS = (2 * REACH + 1) ** 2;
const mapsAreMeasured = (page: Page) =>
  expect
    .poll(async () => (await tableRows(page)).filter((row) => !row.includes("—")).length, LONG)
    .toBe(SHIFTS);
const shiftOf = (page: Page): string => {
  const params = new URLSearchParams(page.url().split("?")[1] ?? "");
  return `${params.get("dx") ?? 3} ${params.get("dy") ?? 0}`;
};

test("the table holds the accuracies that the engine measures in Node", async () => {
  const maps = await Promise.all(
    (["dense", "conv"] as const).map(async (net) => {
      const session = open(net, 1);
      await session.advance(1);
      const map: (readonly number[])[] = [];
      for (let dy = -REACH; dy <= REACH; dy++) map.push(await session.mapRow(dy));
      await session.close();
      return map;
    }),
  );
  const { page, complaints } = await studio.open("#/shift?t=1");
  await mapsAreMeasured(page);
  const rows = (await tableRows(page)) as number[][];
  for (const [dx, dy, ...accuracies] of rows) {
    accuracies.forEach((accuracy, i) => {
      const counted =
        Math.round(accuracy * MEASURED) - Math.round(maps[i]![dy! + REACH]![dx! + REACH]! * MEASURED);
      // WASM without fused multiply-add rounds otherwise; a digit on the edge may fall to the other side.
      expect(Math.abs(counted)).toBeLessThanOrEqual(2);
    });
  }
  expect(complaints).toEqual([]);
  await page.context().close();
}, 120_000);

test("keys and mouse move the digit; a digit that tells the nets apart solves the task", async () => {
  const { page, complaints } = await studio.open("#/shift?t=0&i=9&dx=-2&seed=1");
  await expect.poll(() => page.locator('[data-net="conv"] [data-probability]').count(), LONG).toBe(10);
  expect(await page.getByTestId("task").getAttribute("data-done")).toBe("false");
  const digit = page.getByRole("slider", { name: "The digit" });
  await digit.press("ArrowDown");
  await expect.poll(() => shiftOf(page)).toBe("-2 1");
  await digit.press("ArrowUp");
  const box = (await digit.boundingBox())!;
  const [x, y, pixel] = [box.x + box.width / 2, box.y + box.height / 2, box.width / 20];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x - pixel, y, { steps: 3 });
  await page.mouse.up();
  await expect.poll(() => shiftOf(page)).toBe("-3 0");
  await page.getByRole("textbox", { name: "down, dy" }).fill("9");
  expect(await page.getByRole("alert").textContent()).toBe("From −4 to 4.");
  await page.goto(`${studio.url}#/shift?t=8&i=9&dx=-3`);
  await expect.poll(() => page.getByTestId("task").getAttribute("data-done"), LONG).toBe("true");
  expect(complaints).toEqual([]);
  await page.context().close();
}, 120_000);

test("an address that makes no sense is brought into range", async () => {
  const { page, complaints } = await studio.open("#/shift?t=-1&i=1e9&dx=40&dy=x&seed=0");
  await expect.poll(() => page.locator('[data-net="dense"] [data-probability]').count(), LONG).toBe(10);
  expect(await page.getByRole("textbox", { name: "right, dx" }).inputValue()).toBe("4");
  expect(await page.getByRole("textbox", { name: "digit number" }).inputValue()).toBe("499");
  expect(complaints).toEqual([]);
  await page.context().close();
});
