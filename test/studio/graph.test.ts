// The lab of the graph in a browser: the walk by keys and by answers, the engine's numbers, and the task.
import { afterAll, beforeAll, expect, test } from "vitest";
import { differences, walk } from "../../studio/labs/graph/compute.ts";
import { plainName, START } from "../../studio/labs/graph/net.ts";
import { openStudio, type Studio } from "./harness.ts";
import { tableRows } from "./page.ts";

let studio: Studio;
beforeAll(async () => {
  studio = await openStudio();
});
afterAll(() => studio?.close());

test("the table holds every value, derivative and difference of the engine", async () => {
  const { page, complaints } = await studio.open("#/graph");
  const [{ values, slopes }, quotients] = await Promise.all([walk(START), differences(START)]);
  const names = Object.keys(values) as (keyof typeof values)[];
  const expected = names.map((name) => [
    ...[plainName(name), values[name], slopes[name]],
    quotients[name].quotient,
  ]);
  await expect.poll(() => tableRows(page)).toEqual(expected);
  expect(complaints).toEqual([]);
  await page.context().close();
});

test("a wrong answer shows nothing, a right one goes on; keys walk to the end", async () => {
  const { page } = await studio.open("#/graph?t=9");
  const answer = page.getByLabel("∂a/∂h₁: your answer");
  await answer.fill("5");
  await answer.press("Enter");
  await expect.poll(() => page.getByRole("alert").textContent()).toBe("Not quite.");
  await answer.fill("3");
  await answer.press("Enter");
  await expect.poll(() => page.getByText("∂a/∂h₁ = 3.").count()).toBe(1);
  await page.locator("h1").click();
  for (let t = 10; t < 25; t++) await page.keyboard.press("ArrowRight");
  await expect.poll(() => page.getByText("All is worked out.").count()).toBe(1);
  await page.getByRole("button", { name: "∂a/∂w₁₁: −10" }).focus();
  await expect.poll(() => page.getByTestId("formula").getAttribute("data-tex")).toContain("(-2)\\cdot 5");
  await page.getByRole("button", { name: "difference quotient of w₁₁: −10" }).focus();
  await expect
    .poll(() => page.getByTestId("formula").getAttribute("data-tex"))
    .toContain("\\frac{(-13.15625) - (-12.84375)}{2\\cdot 0.015625} = -10");
  await page.context().close();
});

test("weights that open both relus solve the task; odd addresses are brought into range", async () => {
  const { page, complaints } = await studio.open("#/graph?t=99&w11=none");
  await expect.poll(() => page.getByTestId("task").getAttribute("data-done")).toBe("false");
  await page.getByText("Change weights and inputs").click();
  await page.getByLabel("v₁₁", { exact: true }).fill("2");
  await expect.poll(() => page.getByTestId("task").getAttribute("data-done")).toBe("true");
  expect(complaints).toEqual([]);
  await page.context().close();
});
