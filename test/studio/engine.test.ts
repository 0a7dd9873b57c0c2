// What a reader is told when the engine cannot run, does not start, or dies, and when a page or the clipboard is out of
// reach; in each case with what helps.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStudio, type Studio } from "./harness.ts";
import { tableRows } from "./page.ts";

let studio: Studio;
beforeAll(async () => {
  studio = await openStudio();
});
afterAll(() => studio?.close());

const alertOf = async (page: Page): Promise<string> =>
  (await page.locator(".notice").first().textContent()) ?? "";

/** The start page, which has not asked for the engine yet. */
async function openStart(): Promise<Page> {
  const { page } = await studio.open("#/");
  await page.locator(".card").first().waitFor();
  return page;
}

test("a worker that dies is told of, and loading again goes on from the address", async () => {
  const { page } = await studio.open("#/step?w=3&t=2");
  await expect.poll(() => tableRows(page)).toHaveLength(3);
  const engine = page.workers().find((worker) => worker.url().includes("worker"))!;
  await engine.evaluate("close()").catch(() => undefined);
  await expect.poll(() => page.locator(".engine-notice").count()).toBe(1);
  expect(await alertOf(page)).toContain("The engine has stopped");
  await page.getByRole("button", { name: "Load again" }).first().click();
  await expect.poll(() => tableRows(page)).toHaveLength(3);
  expect((await tableRows(page))[0]![1]).toBe(3);
  expect(await page.locator(".notice").count()).toBe(0);
  await page.context().close();
});

test("a worker that does not start is told of, with the browsers that will do", async () => {
  const page = await openStart();
  await page.route(/worker-[^/]*\.js/, (route) => route.abort());
  await page.evaluate("location.hash = '#/step'");
  await expect.poll(() => page.locator(".engine-notice").count()).toBe(1);
  expect(await alertOf(page)).toMatch(/could not be started.*Firefox from 114/);
  await page.context().close();
});

test("a browser without SIMD is told of", async () => {
  const page = await openStart();
  await page.evaluate("WebAssembly.validate = () => false");
  await page.evaluate("location.hash = '#/step'");
  await expect.poll(() => page.locator(".engine-notice").count()).toBe(1);
  expect(await alertOf(page)).toContain("WebAssembly with SIMD is missing");
  await page.context().close();
});

test("a page that cannot be loaded says so and what to do", async () => {
  const page = await openStart();
  await page.route(/lab-[^/]*\.js/, (route) => route.abort());
  await page.evaluate("location.hash = '#/step'");
  await expect.poll(() => page.locator(".notice").count()).toBe(1);
  expect(await alertOf(page)).toMatch(/could not be loaded.*load it again/s);
  await page.context().close();
});

test("a program that cannot be put on the clipboard is selected instead", async () => {
  const { page } = await studio.open("#/step");
  await expect.poll(() => tableRows(page)).not.toHaveLength(0);
  await page.evaluate("navigator.clipboard.writeText = () => Promise.reject(new Error('refused'))");
  await page.getByText("As TypeScript", { exact: true }).click();
  await page.getByRole("button", { name: "Copy as TypeScript" }).click();
  await expect.poll(() => page.getByText("press Ctrl+C").count()).toBe(1);
  expect(await page.evaluate("getSelection().toString()")).toContain('from "nabla"');
  await page.context().close();
});

test("a formula follows its number, and goes with it", async () => {
  const { page } = await studio.open("#/step?w=4&eta=0.1&t=1");
  await page.locator('[data-name="w"]').focus();
  const formula = page.getByTestId("formula");
  await expect.poll(() => formula.getAttribute("data-tex")).toContain("3.2");
  await page.getByRole("button", { name: "One step" }).click();
  await expect.poll(() => formula.getAttribute("data-tex")).toContain("2.56");
  await page.context().close();
});
