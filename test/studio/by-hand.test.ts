// The lab of the convolution by hand in a browser: the engine's numbers, the filter moved by mouse and keys, and a
// reader's answers corrected at the very product.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { walk } from "../../studio/labs/by-hand/compute.ts";
import { openStudio, type Studio } from "./harness.ts";
import { tableRows } from "./page.ts";

const EXAMPLE = [1, 2, 0, 3, 1, 3, 4, 1, 0, 2, 0, 1, 5, 2, 0, 2, 0, 1, 6, 3, 1, 3, 2, 0, 7];

let studio: Studio;
beforeAll(async () => {
  studio = await openStudio();
});
afterAll(() => studio?.close());

test("the table holds the engine's numbers, exactly", async () => {
  const { page } = await studio.open("#/by-hand?w=-1;0.3;1;-2;0;2;-1;0;1");
  const filter = { side: 3, values: [-1, 0.3, 1, -2, 0, 2, -1, 0, 1] };
  const { products, map } = await walk({ side: 5, values: EXAMPLE }, filter);
  const expected = map.map((sum, i) => [
    Math.floor(i / 3) + 1,
    (i % 3) + 1,
    ...products[i]!.map((product) => product + 0),
    sum,
  ]);
  await expect.poll(() => tableRows(page)).toEqual(expected);
  await page.context().close();
});

test("the filter is moved by keys, by dragging, by a click and by typing", async () => {
  const { page } = await studio.open("#/by-hand");
  const sum = page.locator('[data-name="sum"]');
  await expect.poll(() => sum.getAttribute("data-value")).toBe("5");
  const handle = page.getByRole("slider", { name: "the filter on the image" });
  await handle.press("ArrowRight");
  await handle.press("ArrowDown");
  await expect.poll(() => sum.getAttribute("data-value")).toBe("9");
  const box = (await handle.boundingBox())!;
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + box.width, y + box.height, { steps: 4 });
  await page.mouse.up();
  await expect.poll(() => sum.getAttribute("data-value")).toBe("13");
  await expect.poll(() => page.url()).toContain("x=3&y=3");
  await page.mouse.click(x - box.width / 2, y - box.height / 2);
  await expect.poll(() => sum.getAttribute("data-value")).toBe("5");
  await page.getByLabel("row", { exact: true }).fill("3");
  await expect.poll(() => sum.getAttribute("data-value")).toBe("0");
  await page.getByLabel("filter, row 1, column 2").fill("-2");
  await expect.poll(() => sum.getAttribute("data-value")).toBe("-2");
  await page.context().close();
});

/** Fills in products and sum of the place shown, by keyboard alone. */
async function answer(page: Page, products: readonly string[], sum: string): Promise<void> {
  await page.getByLabel("product, row 1, column 1").focus();
  for (const product of products) {
    await page.keyboard.type(product);
    await page.keyboard.press("Tab");
  }
  await page.keyboard.type(sum);
  await page.keyboard.press("Enter");
}

test("a wrong product is corrected, then a wrong sum; three right places are the task", async () => {
  const { page } = await studio.open("#/by-hand");
  await page.getByLabel("Hide the numbers").check();
  const verdict = page.getByTestId("verdict");
  await answer(page, ["1", "2", "0", "4"], "7");
  await expect.poll(() => verdict.textContent()).toContain("row 1, column 2");
  await answer(page, ["1", "0", "0", "4"], "6");
  await expect.poll(() => verdict.textContent()).toContain("The products are right");
  await answer(page, ["1", "0", "0", "4"], "5");
  await expect.poll(() => verdict.textContent()).toContain("Right");
  const handle = page.getByRole("slider", { name: "the filter on the image" });
  const task = page.getByTestId("task");
  for (const [products, sum] of [
    [["2", "0", "0", "1"], "3"],
    [["0", "0", "0", "0"], "0"],
  ] as const) {
    expect(await task.getAttribute("data-done")).toBe("false");
    await handle.press("ArrowRight");
    await answer(page, products, sum);
  }
  await expect.poll(() => task.getAttribute("data-done")).toBe("true");
  await expect.poll(() => page.url()).toContain("answers=0%3B5%3B1%3B3%3B2%3B0");
  await page.context().close();
});

test("an address that makes no sense is brought into range, and wrong answers in it do not count", async () => {
  const { page, complaints } = await studio.open(
    "#/by-hand?image=toString&w=1;2;3&x=77&y=-3&own=true&answers=0;6;1;3;2",
  );
  await expect.poll(async () => (await tableRows(page)).length).toBe(16);
  expect(await page.getByTestId("task").getAttribute("data-done")).toBe("false");
  expect(complaints).toEqual([]);
  await page.context().close();
});
