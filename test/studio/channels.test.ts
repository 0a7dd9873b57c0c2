// The lab of channels and counts in a browser: the engine's numbers, the place moved by keys and mouse, the layer that
// the task asks for.
import { afterAll, beforeAll, expect, test } from "vitest";
import { count, matrix, open } from "../../studio/labs/channels/compute.ts";
import { openStudio, type Studio } from "./harness.ts";
import { tableRows } from "./page.ts";

let studio: Studio;
beforeAll(async () => {
  studio = await openStudio();
});
afterAll(() => studio?.close());

test("the table holds the engine's numbers, exactly", async () => {
  const { page } = await studio.open("#/channels?n=7&C=2&T=5&d=2&t=3&x=1&y=2&seed=9");
  const sizes = { n: 7, C: 2, T: 5, d: 2 };
  const [counts, opened, sparse] = await Promise.all([count(sizes), open(sizes, 9, 3), matrix(sizes, 9, 3)]);
  const place = 2 * 3 + 1;
  const expected = [
    counts.conv,
    counts.dense,
    sparse.rows,
    sparse.columns,
    sparse.nonzero,
    ...opened.partials.map((part) => part[place]!),
    opened.bias,
    opened.map[place]!,
  ];
  await expect.poll(async () => (await tableRows(page)).map((row) => row[1])).toEqual(expected);
  await page.context().close();
});

test("the place moves by keys and by a click, and another seed gives other weights", async () => {
  const { page } = await studio.open("#/channels");
  const opened = await open({ n: 8, C: 3, T: 8, d: 1 }, 1, 0);
  const sum = page.locator('[data-testid="here"] [data-name="sum"]');
  const at = (x: number, y: number): string => String(opened.map[y * 6 + x]);
  await expect.poll(() => sum.getAttribute("data-value")).toBe(at(2, 2));
  const handle = page.getByRole("slider", { name: "place in the map" });
  await handle.press("ArrowDown");
  await expect.poll(() => sum.getAttribute("data-value")).toBe(at(2, 3));
  await handle.evaluate((element) => element.scrollIntoView({ block: "center" }));
  const box = (await handle.boundingBox())!;
  await page.mouse.click(box.x + 2.5 * box.width, box.y + box.height / 2);
  await expect.poll(() => sum.getAttribute("data-value")).toBe(at(4, 3));
  await page.getByRole("button", { name: "New seed" }).click();
  const other = await open({ n: 8, C: 3, T: 8, d: 1 }, 2, 0);
  await expect.poll(() => sum.getAttribute("data-value")).toBe(String(other.map[3 * 6 + 4]));
  await page.context().close();
});

test("the prediction is judged, and the layer of 608 parameters is the task", async () => {
  const { page } = await studio.open("#/channels");
  await page.getByRole("textbox", { name: "Predict" }).fill("224");
  await page.getByRole("button", { name: "Check" }).click();
  await expect.poll(() => page.getByText("Right.").count()).toBe(1);
  const task = page.getByTestId("task");
  expect(await task.getAttribute("data-done")).toBe("false");
  await page.getByLabel("filter radius d").press("ArrowUp");
  await expect.poll(() => task.getAttribute("data-done")).toBe("true");
  await page.context().close();
});

test("an address that makes no sense is brought into range", async () => {
  const { page, complaints } = await studio.open("#/channels?n=5&C=-1&T=1000&d=9&t=99&x=50&y=-1&seed=0.4");
  await expect
    .poll(async () => (await tableRows(page)).slice(0, 3).map((row) => row[1]))
    .toEqual([416, 416, 1]);
  expect(complaints).toEqual([]);
  await page.context().close();
});
