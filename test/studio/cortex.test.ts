// The lab of the cortex in a browser: a net trained in the page answers as the same training does in Node; the bar is
// turned by keys and mouse; the choosiest filter is the task.
import { afterAll, beforeAll, expect, test } from "vitest";
import { start } from "../../studio/labs/cortex/compute.ts";
import { openStudio, type Studio } from "./harness.ts";
import { tableRows } from "./page.ts";

let studio: Studio;
beforeAll(async () => {
  studio = await openStudio();
});
afterAll(() => studio?.close());

const TRAINING = { timeout: 50_000 };

test("the untrained net's numbers are the engine's; each step trains one pass; keys run and reset", async () => {
  const { page } = await studio.open("#/cortex?epochs=0&seed=5&angle=20");
  const session = start(5);
  const { tunings } = await session.advance(0);
  const { answers } = await session.show(20);
  await expect.poll(async () => (await tableRows(page)).length, TRAINING).toBe(8);
  const rows = (await tableRows(page)) as number[][];
  rows.forEach((row, i) => {
    // The page runs the WASM build of the kernels, Node may run the native one, which rounds differently.
    expect(row[1]).toBeCloseTo(tunings[i]!.selectivity, 4);
    expect(row[2]).toBe(row[1]);
    expect(row[4]).toBeCloseTo(Math.max(...tunings[i]!.answers), 4);
    expect(row[5]).toBeCloseTo(answers[i]!, 4);
  });
  const progress = page.getByTestId("progress");
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => progress.getAttribute("data-epochs"), TRAINING).toBe("1");
  const { tunings: after } = await session.advance(1);
  await expect.poll(async () => (await tableRows(page)).length, TRAINING).toBe(8);
  ((await tableRows(page)) as number[][]).forEach((row, i) => {
    expect(row[4]! / Math.max(...after[i]!.answers)).toBeCloseTo(1, 2);
  });
  await page.keyboard.press("KeyR");
  await expect.poll(() => progress.getAttribute("data-epochs"), TRAINING).toBe("0");
  await session.stop();
  await page.context().close();
});

test("the bar is turned by keys, mouse and typing; the choosiest filter at its best direction is the task", async () => {
  const { page } = await studio.open("#/cortex?epochs=2");
  await expect.poll(async () => (await tableRows(page)).length, TRAINING).toBe(8);
  const dial = page.getByRole("slider", { name: "direction of the bar; drag it" });
  await dial.press("ArrowUp");
  await expect.poll(() => dial.getAttribute("aria-valuenow")).toBe("35");
  await dial.evaluate((element) => element.scrollIntoView({ block: "center" }));
  const box = (await dial.boundingBox())!;
  await page.mouse.move(box.x + box.width - 5, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, box.y + 5, { steps: 5 });
  await page.mouse.up();
  await expect.poll(() => dial.getAttribute("aria-valuenow")).toBe("90");
  const rows = (await tableRows(page)) as number[][];
  const best = rows.reduce((a, b) => (b[2]! > a[2]! ? b : a));
  const task = page.getByTestId("task");
  await page.getByRole("button", { name: `filter ${best[0]};` }).press("Enter");
  await page.getByRole("textbox", { name: "bar's direction, degrees" }).fill(String((best[3]! + 90) % 180));
  await expect.poll(() => task.getAttribute("data-done")).toBe("false");
  await page.getByRole("textbox", { name: "bar's direction, degrees" }).fill(String(best[3]));
  await expect.poll(() => task.getAttribute("data-done"), TRAINING).toBe("true");
  await page.context().close();
});

test("an address that makes no sense is brought into range", async () => {
  const { page, complaints } = await studio.open("#/cortex?epochs=-3&filter=99&angle=-45&seed=zero");
  await expect.poll(async () => (await tableRows(page)).length, TRAINING).toBe(8);
  expect(page.url()).toContain("filter=7&angle=135");
  expect(complaints).toEqual([]);
  await page.context().close();
});
