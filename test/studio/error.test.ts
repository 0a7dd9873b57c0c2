// The lab of the error in a browser: every factor is the engine's in Node; answers move by keys; the task can be solved.
import { afterAll, beforeAll, expect, test } from "vitest";
import { chain } from "../../studio/labs/error/compute.ts";
import { openStudio, type Studio } from "./harness.ts";
import { tableRows } from "./page.ts";

let studio: Studio;
beforeAll(async () => {
  studio = await openStudio();
});
afterAll(() => studio?.close());

test("the table holds the engine's factors, and ∂L/∂w its formula", async () => {
  const { page, complaints } = await studio.open("#/error");
  const chains = await Promise.all([9.99, 1].map((w) => chain("squared", "identity", { y: 10, x: 1, w })));
  const expected = chains.map((at) => [at.z, at.a, at.loss, at.lossByA, at.aByZ, at.zByW, at.lossByW]);
  await expect.poll(async () => (await tableRows(page)).map((row) => row.slice(4))).toEqual(expected);
  await page.getByRole("button", { name: "∂L/∂w: −18" }).focus();
  await expect
    .poll(() => page.getByTestId("formula").getAttribute("data-tex"))
    .toContain("(-18)\\cdot 1 = -18");
  expect(complaints).toEqual([]);
  await page.context().close();
});

test("an answer moves by arrow keys; a deaf neuron solves the task, cross-entropy does not", async () => {
  const { page } = await studio.open("#/error?out=sigmoid&y=1;1&w=4;-1");
  await page.getByRole("slider", { name: "weight of example 2" }).press("ArrowLeft");
  await expect.poll(async () => Number((await tableRows(page))[1]?.[5])).toBeCloseTo(0.259, 2);
  expect(await page.getByTestId("task").getAttribute("data-done")).toBe("false");
  await page.getByRole("group", { name: "Example 2" }).getByLabel("weight w").fill("-6");
  await expect.poll(() => page.getByTestId("task").getAttribute("data-done")).toBe("true");
  await page.getByLabel("loss L").selectOption("crossEntropy");
  await expect.poll(() => page.getByTestId("task").getAttribute("data-done")).toBe("false");
  await page.context().close();
});

test("odd addresses are brought into range", async () => {
  const { page, complaints } = await studio.open("#/error?loss=crossEntropy&out=none&y=1e9&w=a;b");
  await expect
    .poll(async () => (await tableRows(page)).map((row) => row.slice(1, 4)))
    .toEqual([
      [20, 1, 9.99],
      [10, 1, 1],
    ]);
  expect(complaints).toEqual([]);
  await page.context().close();
});
