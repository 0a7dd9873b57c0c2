// The training room's runs over each other: branches trained in the page and runs of the command line in the same charts,
// with one table; drawn over steps, epochs or images.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Studio as Server, startStudio } from "nabla/server/node";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStudio, type Studio } from "./harness.ts";
import { overflow, tableRows, violationsOn } from "./page.ts";

const LOCAL = "images=160&batchSize=16&epochs=2&net=flatten";
const folder = mkdtempSync(join(tmpdir(), "nabla-overlay-"));

/** A run of 40 steps of 8 images, 20 an epoch. */
function writeRun(name: string): void {
  mkdirSync(join(folder, name));
  writeFileSync(join(folder, name, "config.json"), JSON.stringify({ data: "mnist", model: "cnn" }));
  const score = { loss: 0.5, accuracy: 0.9 };
  const events = [
    { type: "start", epochs: 2, stepsPerEpoch: 20, batchSize: 8, trainImages: 160, parameters: 10, step: 0 },
    ...Array.from({ length: 40 }, (_, i) => ({
      ...{ type: "step", epoch: i < 20 ? 1 : 2, step: i + 1, loss: 2 / (i + 1), accuracy: 0.5 },
      ...{ learningRate: 0.1, imagesPerSecond: 100 },
    })),
    { type: "epoch", epoch: 2, step: 40, train: score, validation: score, seconds: 1 },
    { type: "end", reason: "epochs", epochs: 2, step: 40, seconds: 1, imagesPerSecond: 100, waited: 0 },
  ];
  const lines = events.map((event) => `${JSON.stringify(event)}\n`);
  writeFileSync(join(folder, name, "metrics.jsonl"), lines.join(""));
}

let studio: Studio;
let server: Server;
beforeAll(async () => {
  for (const name of ["one", "two"]) writeRun(name);
  studio = await openStudio();
  server = await startStudio({ runs: folder });
});
afterAll(async () => {
  await studio?.close();
  await server?.close();
  rmSync(folder, { recursive: true });
});

const names = (page: Page): Promise<string[]> =>
  page.getByTestId("shown-runs").locator("tbody th").allTextContents();
const plot = (page: Page) => page.locator(".line-plot").first();
const legend = (page: Page): Promise<string[]> =>
  plot(page).locator(".u-legend .u-series:not(.unlisted) .u-label").allTextContents();
const trainTo = async (page: Page, step: number): Promise<void> => {
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => page.locator(`[data-testid="status"][data-step="${step}"]`).count()).toBe(1);
};

test("branches and runs of the command line share charts, colours, table and axis", async () => {
  const { page, complaints } = await studio.open(`#/room?${LOCAL}&watch=one%0Atwo`, { at: server.url });
  await expect.poll(() => names(page)).toEqual(["one", "two"]);
  await expect.poll(() => tableRows(page)).toHaveLength(80);
  for (const step of [1, 2, 3]) await trainTo(page, step);
  await page.getByRole("button", { name: "Branch from step 3" }).click();
  await page.locator('tr[data-branch="1"]').waitFor();
  await page.locator("h1").click();
  await trainTo(page, 4);
  expect(await names(page)).toEqual(["run 1", "run 1, branch 1", "one", "two"]);
  expect(await plot(page).getAttribute("aria-label")).toContain("run 1, run 1, branch 1, one, two");
  // Training and, where there is one, validation of each; raw values stand in no legend.
  await expect
    .poll(() => legend(page))
    .toEqual(["step", "run 1", "run 1, branch 1", "one", "one, validation", "two", "two, validation"]);
  const lines = page.locator('[data-testid="shown-runs"] .room-swatch line');
  const looks = await lines.evaluateAll((all) =>
    all.map((line) => `${line.getAttribute("stroke")} ${line.getAttribute("stroke-width")}`),
  );
  expect(new Set(looks).size).toBe(4);
  const one = page.locator('tr[data-key="watched:one"]');
  const cell = (column: number) => one.locator("td").nth(column).getAttribute("data-value");
  expect([await cell(1), await cell(2), await cell(4)]).toEqual(["40", "2", "0.9"]);
  expect(await one.textContent()).toContain("mnist, cnn");
  await page.getByLabel(/^over/).selectOption("images");
  await expect.poll(() => legend(page)).toContain("image");
  expect(await plot(page).getAttribute("aria-label")).toContain("loss, by image");
  await page.getByRole("checkbox", { name: "shown: one" }).press("Space");
  await expect.poll(() => legend(page)).not.toContain("one");
  expect(await names(page)).toContain("one");
  expect(await violationsOn(page)).toEqual([]);
  await page.setViewportSize({ width: 360, height: 740 });
  await expect.poll(() => overflow(page)).toBeLessThanOrEqual(0);
  expect(complaints).toEqual([]);
  await page.context().close();
});

test("a click on a curve chooses a step, a drag only zooms in; values of all curves stand at the cursor", async () => {
  const { page } = await studio.open(`#/room?${LOCAL}`);
  await page.locator(".room").waitFor();
  await page.keyboard.press("Space");
  await page.locator('[data-ended="epochs"]').waitFor({ timeout: 50_000 });
  const at = page.getByRole("textbox", { name: "step looked at" });
  await expect.poll(() => at.inputValue()).toBe("20");
  const over = plot(page).locator(".u-over");
  await over.scrollIntoViewIfNeeded();
  const { x, y, width } = (await over.boundingBox())!;
  await page.mouse.move(x + 0.3 * width, y + 40);
  const values = plot(page).locator(".u-legend .u-series:not(.unlisted) .u-value");
  await expect.poll(() => values.first().textContent()).toMatch(/^[5-8]$/);
  await expect.poll(async () => Number(await values.nth(1).textContent())).toBeGreaterThan(0);
  await page.mouse.down();
  await page.mouse.move(x + 0.8 * width, y + 40, { steps: 4 });
  await page.mouse.up();
  expect(await at.inputValue()).toBe("20");
  await page.mouse.dblclick(x + 0.9 * width, y + 40);
  await page.mouse.click(x + 0.3 * width, y + 40);
  await expect.poll(() => at.inputValue()).toMatch(/^[5-8]$/);
  await page.mouse.move(0, 0);
  await expect.poll(() => plot(page).locator(".u-legend").isHidden()).toBe(true);
  await page.context().close();
});

test("curves of an earlier run stay beside those of a new one, until they are removed", async () => {
  const { page } = await studio.open(`#/room?${LOCAL}`);
  await page.locator(".room").waitFor();
  await trainTo(page, 1);
  await page.getByRole("button", { name: "New run" }).click();
  await expect.poll(() => page.getByTestId("status").count()).toBe(0);
  await page.getByText("What is trained, and how").waitFor();
  await page.getByRole("textbox", { name: "learning rate" }).fill("0.5");
  await page.locator("h1").click();
  await trainTo(page, 1);
  expect(await names(page)).toEqual(["run 1", "run 2"]);
  expect(await page.locator('tr[data-key="2:0"]').textContent()).toContain("learning rate η 0.5");
  const rows = await tableRows(page);
  expect(rows.map(([name]) => name)).toEqual(["run 1", "run 2"]);
  expect(rows[0]![2]).toBe(rows[1]![2]);
  await page.getByRole("button", { name: "Remove: run 1" }).press("Enter");
  expect(await names(page)).toEqual(["run 2"]);
  await page.context().close();
});
