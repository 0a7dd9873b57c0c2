// The lab of overfitting in a browser: its numbers are the engine's in Node; runs are compared, and the task can be solved.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { open } from "../../studio/labs/overfitting/compute.ts";
import { openStudio, type Studio } from "./harness.ts";
import { tableRows } from "./page.ts";

let studio: Studio;
beforeAll(async () => {
  studio = await openStudio();
});
afterAll(() => studio?.close());

const LONG = { timeout: 90_000 };
const epochsOf = async (page: Page): Promise<number> => (await tableRows(page)).length - 1;

test("the table holds the engine's numbers, epoch by epoch, with deformations too", async () => {
  const session = open({ images: 40, hidden: 20, augment: "affine", seed: 3 });
  const { scores } = await session.advance(3);
  await session.close();
  const { page, complaints } = await studio.open(
    "#/overfitting?images=40&hidden=20&augment=affine&seed=3&t=3",
  );
  await expect.poll(() => epochsOf(page)).toBe(3);
  const rows = (await tableRows(page)) as number[][];
  rows.forEach((row, epoch) => {
    const { train, validation } = scores[epoch]!;
    expect(row[0]).toBe(epoch);
    // WASM without fused multiply-add rounds otherwise than the native kernels.
    expect(row[1]).toBeCloseTo(train.loss, 2);
    expect(row[3]).toBeCloseTo(validation.loss, 2);
    expect(Math.abs(row[4]! - validation.accuracy)).toBeLessThan(0.02);
  });
  expect(complaints).toEqual([]);
  await page.context().close();
});

test("keys go on, run, pause and begin again; the same seed gives the same bits", async () => {
  const { page } = await studio.open("#/overfitting?images=20&hidden=10&t=1");
  await expect.poll(() => epochsOf(page)).toBe(1);
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => epochsOf(page)).toBe(2);
  await page.keyboard.press("Space");
  await expect.poll(() => epochsOf(page)).toBeGreaterThan(3);
  await page.keyboard.press("Space");
  await page.getByRole("button", { name: "Run" }).waitFor();
  const before = (await tableRows(page)).slice(0, 4);
  await page.getByRole("button", { name: "Same seed" }).click();
  await expect.poll(() => epochsOf(page)).toBeGreaterThan(3);
  expect((await tableRows(page)).slice(0, 4)).toEqual(before);
  await page.locator("h1").click();
  await page.keyboard.press("KeyR");
  await expect.poll(() => epochsOf(page)).toBe(0);
  await page.context().close();
});

test("deformed copies solve the task, and the run before stays to be compared with", async () => {
  const { page, complaints } = await studio.open("#/overfitting?t=2");
  await expect.poll(() => epochsOf(page)).toBe(2);
  expect(await page.getByTestId("task").getAttribute("data-done")).toBe("false");
  await page.getByRole("button", { name: "Deformed copies" }).click();
  await expect.poll(() => page.locator('[data-testid="runs"] tbody tr').count()).toBe(2);
  await expect.poll(() => epochsOf(page)).toBe(2);
  expect(page.url()).toContain("augment=affine");
  await page.goto(`${studio.url}#/overfitting?augment=affine&t=40`);
  await expect.poll(() => page.getByTestId("task").getAttribute("data-done"), LONG).toBe("true");
  expect(complaints).toEqual([]);
  await page.context().close();
}, 150_000);

test("what is typed begins a run once it is whole", async () => {
  const { page } = await studio.open("#/overfitting?images=20&t=0");
  await expect.poll(() => epochsOf(page)).toBe(0);
  await page.evaluate(`{
    globalThis.addresses = [];
    const replace = history.replaceState.bind(history);
    history.replaceState = (...args) => (addresses.push(args[2]), replace(...args));
  }`);
  const field = page.getByRole("textbox", { name: "training images" });
  await field.fill("");
  await field.pressSequentially("350");
  await field.press("Enter");
  await expect.poll(() => page.url()).toContain("images=350");
  // 35 would have been a number of images too.
  expect(await page.evaluate("addresses.filter((address) => /images=35(?!0)/.test(address))")).toEqual([]);
  await field.press("Shift+ArrowUp");
  await field.press("Shift+ArrowUp");
  // Without a further key it counts after a while.
  await expect.poll(() => page.url()).toContain("images=550");
  await page.context().close();
});

test("an address that makes no sense is brought into range", async () => {
  const { page, complaints } = await studio.open(
    "#/overfitting?images=1&hidden=-5&augment=magic&t=x&seed=-1",
  );
  await expect.poll(() => epochsOf(page), LONG).toBe(20);
  expect(await page.getByRole("textbox", { name: "training images" }).inputValue()).toBe("20");
  expect(await page.getByRole("textbox", { name: "hidden neurons" }).inputValue()).toBe("0");
  expect(complaints).toEqual([]);
  await page.context().close();
});
