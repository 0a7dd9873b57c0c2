// What every lab promises, in a real browser: it opens without a complaint in both languages and themes, on a phone and
// offline, breaks no accessibility rule, tells a formula, does its steps by keyboard, and hands out a program that runs.
import { execFile } from "node:child_process";
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openStudio, type Studio } from "./harness.ts";
import { overflow, violationsOn } from "./page.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const labs = (await readdir(join(ROOT, "studio/labs"), { withFileTypes: true }))
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

let studio: Studio;
beforeAll(async () => {
  studio = await openStudio();
});
afterAll(() => studio?.close());

/** The lab is there and the engine has answered. */
async function settled(page: Page): Promise<void> {
  await page.locator("article.lab").waitFor();
  await page.locator('[data-testid="lab-table"] td').first().waitFor({ state: "attached", timeout: 50_000 });
}

describe.each(labs)("%s", (lab) => {
  let page: Page;
  let complaints: string[];
  beforeAll(async () => {
    ({ page, complaints } = await studio.open(`#/${lab}`));
    await settled(page);
  });
  afterAll(() => page?.context().close());

  test("opens in English, light, with no complaint and no violation", async () => {
    expect(await page.title()).toContain("Nabla");
    expect(await violationsOn(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test("opens in Russian, dark, with no complaint and no violation", async () => {
    const other = await studio.open(`#/${lab}`, { locale: "ru", theme: "dark" });
    await settled(other.page);
    expect(await other.page.title()).toContain("Nabla");
    expect(await violationsOn(other.page)).toEqual([]);
    expect(other.complaints).toEqual([]);
    await other.page.context().close();
  });

  test("fits a phone", async () => {
    const phone = await studio.open(`#/${lab}`, { width: 360, height: 740, hasTouch: true });
    await settled(phone.page);
    expect(await overflow(phone.page)).toBeLessThanOrEqual(0);
    expect(phone.complaints).toEqual([]);
    await phone.page.context().close();
  });

  test("shows the formula of a number that is focused", async () => {
    await page.locator("button.value").first().focus();
    await expect.poll(() => page.locator('[data-testid="formula"]').getAttribute("data-tex")).toMatch(/\d/);
  });

  test("hands out a program that runs", async () => {
    const code = (await page.locator('[data-testid="code"]').textContent())!;
    // The package's own name resolves to the build, as for a user who has installed it.
    const file = join(ROOT, "dist", `lab-${lab}-${process.pid}.ts`);
    try {
      await writeFile(file, code);
      const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", file], {
        cwd: ROOT,
      });
      expect(stdout.trim()).not.toBe("");
    } finally {
      await rm(file, { force: true });
    }
  });
});

test("the start page lists every lab and breaks no rule", async () => {
  const { page, complaints } = await studio.open("#/");
  await page.locator(".card").first().waitFor();
  expect(await page.locator(".card").count()).toBeGreaterThanOrEqual(labs.length);
  expect(await violationsOn(page)).toEqual([]);
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  expect(complaints).toEqual([]);
  await page.context().close();
});
