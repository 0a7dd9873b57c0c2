// The lab of the surface in a browser: its numbers are the engine's in Node; the start and the pad move by mouse and keys.
import { afterAll, beforeAll, expect, test } from "vitest";
import { race } from "../../studio/labs/surface/compute.ts";
import { openStudio, type Studio } from "./harness.ts";
import { tableRows } from "./page.ts";

let studio: Studio;
beforeAll(async () => {
  studio = await openStudio();
});
afterAll(() => studio?.close());

test("the table holds where the engine's optimisers are", async () => {
  const { page } = await studio.open("#/surface?q=banana&x=-1.2&y=2.1&eta=0.02&mu=0.8&rate=0.1&t=30");
  const paths = await race("banana", [-1.2, 2.1], { eta: 0.02, momentum: 0.8, rate: 0.1 }, 30);
  const expected = Object.values(paths).map((points) => [
    points.at(-1)!.x,
    points.at(-1)!.y,
    points.at(-1)!.value,
  ]);
  await expect.poll(async () => (await tableRows(page)).map((row) => row.slice(2))).toEqual(expected);
  await page.context().close();
});

test("the start is dragged and moved by keys; the pad sets η and μ; the task can be solved", async () => {
  const { page, complaints } = await studio.open("#/surface");
  const start = page.getByRole("slider", { name: "start; drag" });
  await start.press("ArrowRight");
  await expect.poll(() => page.url()).toContain("x=-8.9");
  const box = (await start.boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + 120, box.y + 60, { steps: 4 });
  await page.mouse.up();
  await expect.poll(() => Number(new URLSearchParams(page.url().split("?")[1]).get("x"))).toBeGreaterThan(-8);
  await page.getByRole("slider", { name: "η and μ" }).press("Shift+ArrowUp");
  await expect.poll(() => page.url()).toContain("mu=0.7");
  await page.goto(`${studio.url}#/surface?eta=1.6&mu=0.67&t=60`);
  await expect.poll(() => page.getByTestId("task").getAttribute("data-done")).toBe("true");
  await page.goto(`${studio.url}#/surface?eta=0.99&mu=0&t=60`);
  await expect.poll(() => page.getByTestId("task").getAttribute("data-done")).toBe("false");
  expect(complaints).toEqual([]);
  await page.context().close();
});

test("the map of starts is shared by four minima, and odd addresses are brought into range", async () => {
  const { page, complaints } = await studio.open("#/surface?q=hills&x=99&y=-99&eta=0.1&t=-3");
  await expect.poll(() => page.getByRole("img", { name: "4 minima share it" }).count()).toBe(1);
  await expect.poll(async () => (await tableRows(page))[0]?.slice(0, 4)).toEqual([0, "gradient", 5, -5]);
  expect(complaints).toEqual([]);
  await page.context().close();
});
