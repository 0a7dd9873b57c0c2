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

/** What the program that the page hands out prints in Node; throws where it fails. */
async function outputOf(page: Page, name: string): Promise<string> {
  const code = (await page.locator('[data-testid="code"]').textContent())!;
  // The package's own name resolves to the build, as for a user who has installed it.
  const file = join(ROOT, "dist", `lab-${name}-${process.pid}.ts`);
  try {
    await writeFile(file, code);
    const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", file], { cwd: ROOT });
    return stdout.trim();
  } finally {
    await rm(file, { force: true });
  }
}

/** What has the focus, and what is wrong with it: covered by something else, or not told from the rest. */
const FOCUS = `(() => {
  // A choice of files is told by its label.
  const e = document.activeElement.closest(".file-button") ?? document.activeElement;
  if (e === document.body) return { id: "", fault: "" };
  e.dataset.focused ??= String(Math.random());
  const { left, right, top, width, height } = e.getBoundingClientRect();
  const places = [[left + width / 2, top + height / 2], [left + 4, top + 4], [right - 4, top + 4]];
  const isSeen = places.some(([x, y]) => e.contains(document.elementFromPoint(x, y)));
  const style = getComputedStyle(e);
  const isTold = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const name = e.tagName + " " + (e.ariaLabel ?? e.textContent).slice(0, 40);
  return { id: e.dataset.focused, fault: isSeen && isTold ? "" : name };
})()`;

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

  test("by Tab alone: whatever gets the focus is in sight and outlined", async () => {
    await page.locator("h1").click();
    const hidden: string[] = [];
    for (const seen = new Set<string>(); ; ) {
      await page.keyboard.press("Tab");
      const { id, fault } = await page.evaluate<{ id: string; fault: string }>(FOCUS);
      if (id === "" || seen.has(id)) break;
      seen.add(id);
      if (fault) hidden.push(fault);
    }
    expect(hidden).toEqual([]);
  });

  test("hands out a program that runs", async () => {
    expect(await outputOf(page, lab)).not.toBe("");
  });
});

test.each([
  ["step", "q=valley&w=-3.5&eta=1.1&t=0"],
  ["surface", "q=saddle&x=0&y=0&t=0"],
  ["error", "loss=crossEntropy&out=sigmoid&y=1;0&x=-2;0&w=-3;5"],
  ["graph", "w11=-0.5&u1=0"],
  ["parameters", "sizes=1;1"],
  ["neuron", "net=hidden&images=100&t=0&d="],
  ["shift", "t=0&seed=3"],
  ["overfitting", "t=0&hidden=0&augment=both&images=20"],
  ["by-hand", "w=-1;0;0.5;0;0;0;1;2;-3&image=random&seed=4"],
  ["filters", "w=0.1;-2;0;0;0;0;0;0;1&b=-3&inside=true"],
  ["maximum", "stride=3&padding=2&pattern=ring&x=-2&y=11"],
  ["channels", "n=4&C=1&T=1&d=0"],
  ["cortex", "epochs=0&seed=9"],
])("the program of %s runs at %s too", async (lab, state) => {
  const { page } = await studio.open(`#/${lab}?${state}`);
  await settled(page);
  expect(await outputOf(page, `${lab}-state`)).not.toBe("");
  await page.context().close();
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
