// The labs of the partials and of the parameters in a browser: the engine's counts, the tasks, and odd addresses.
import { afterAll, beforeAll, expect, test } from "vitest";
import { countLayers } from "../../studio/labs/parameters/compute.ts";
import { counts } from "../../studio/labs/partials/compute.ts";
import { openStudio, type Studio } from "./harness.ts";
import { tableRows } from "./page.ts";

let studio: Studio;
beforeAll(async () => {
  studio = await openStudio();
});
afterAll(() => studio?.close());

test("the lab of the partials counts as the engine does, and its task can be solved", async () => {
  const { page, complaints } = await studio.open("#/partials?n=2&layers=18");
  const expected = counts({ width: 2, layers: 18 }).map(({ paths, partials }, i) => [i + 1, paths, partials]);
  await expect.poll(() => tableRows(page)).toEqual(expected);
  expect(await page.getByTestId("task").getAttribute("data-done")).toBe("false");
  await page.getByRole("slider", { name: "hidden layers" }).press("ArrowRight");
  await expect.poll(() => page.getByTestId("task").getAttribute("data-done")).toBe("true");
  await page.goto(`${studio.url}#/partials?n=99&layers=-4&seed=x`);
  await expect.poll(async () => (await tableRows(page)).length).toBe(1);
  expect(complaints).toEqual([]);
  await page.context().close();
});

test("the lab of the parameters counts the engine's tensors; a net is composed by keyboard", async () => {
  const { page, complaints } = await studio.open("#/parameters?sizes=784;2500;2000;1500;1000;500;10");
  const expected = countLayers([784, 2500, 2000, 1500, 1000, 500, 10]).map(({ parameters }) => parameters);
  await expect.poll(async () => (await tableRows(page)).map((row) => row[3])).toEqual(expected);
  await page.goto(`${studio.url}#/parameters`);
  await page.getByRole("textbox", { name: "Predict" }).fill("795 010");
  await page.getByRole("textbox", { name: "Predict" }).press("Enter");
  await expect.poll(() => page.getByText("Right.").count()).toBe(1);
  // The answer opens the counts; another net closes them again.
  await page.getByRole("button", { name: "in all: 795,010" }).waitFor();
  await page.getByRole("button", { name: "Add a hidden layer" }).press("Enter");
  await page.getByLabel("hidden layer 1").fill("128");
  await page.getByLabel("hidden layer 2").fill("64");
  expect(await page.locator('[data-name="total"]').count()).toBe(0);
  await page.getByRole("button", { name: "Show the counts" }).click();
  await page.getByRole("button", { name: "in all: 109,386" }).waitFor();
  await expect.poll(() => page.getByTestId("task").getAttribute("data-done")).toBe("true");
  expect(complaints).toEqual([]);
  await page.context().close();
});

test("a net too large for a browser is told, and an odd address brought into range", async () => {
  const { page } = await studio.open("#/parameters?sizes=4000;4000;4000");
  await expect.poll(() => page.getByRole("alert").textContent()).toContain("Take smaller layers.");
  await page.goto(`${studio.url}#/parameters?sizes=784`);
  await expect.poll(async () => (await tableRows(page)).length).toBe(2);
  await page.context().close();
});
