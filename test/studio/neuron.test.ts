// The lab of the dense neuron in a browser: its numbers are the engine's in Node; it is drawn on by mouse, finger and keys.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { open } from "../../studio/labs/neuron/compute.ts";
import { THREE } from "../../studio/labs/neuron/drawing.ts";
import { parseStrokes } from "../../studio/widgets/strokes.ts";
import { openStudio, type Studio } from "./harness.ts";
import { tableRows } from "./page.ts";

let studio: Studio;
beforeAll(async () => {
  studio = await openStudio();
});
afterAll(() => studio?.close());

const epochOf = (page: Page) => page.locator("[data-epoch]").getAttribute("data-epoch");
const drawingOf = (page: Page): string =>
  new URLSearchParams(page.url().split("?")[1] ?? "").get("d") ?? THREE;

test("the table holds the engine's numbers; another seed gives others", async () => {
  const session = open({ net: "linear", images: 200, seed: 1 });
  await session.advance(2);
  const { logits, probabilities } = (await session.read(parseStrokes(THREE)!))!;
  await session.close();
  const { page, complaints } = await studio.open("#/neuron?images=200&t=2");
  await expect.poll(() => epochOf(page)).toBe("2");
  await expect
    .poll(async () => Math.abs(Number((await tableRows(page))[3]![1]) - logits[3]!))
    .toBeLessThan(1e-3);
  const rows = await tableRows(page);
  rows.forEach((row, k) => {
    // WASM without fused multiply-add rounds otherwise than the native kernels.
    expect(row[0]).toBe(k);
    expect(row[1]).toBeCloseTo(logits[k]!, 2);
    expect(row[2]).toBeCloseTo(probabilities[k]!, 2);
  });
  await page.getByRole("button", { name: "New seed" }).click();
  await expect
    .poll(async () => Math.abs(Number((await tableRows(page))[3]![1]) - logits[3]!))
    .toBeGreaterThan(1e-3);
  expect(page.url()).toContain("seed=2");
  expect(complaints).toEqual([]);
  await page.context().close();
});

test("by keys alone: an epoch more, the pad cleared, a line drawn that solves the task, and undone", async () => {
  const { page } = await studio.open("#/neuron?t=4");
  await expect.poll(() => epochOf(page)).toBe("4");
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => epochOf(page)).toBe("5");
  await page.getByRole("application", { name: "Drawing pad" }).focus();
  await page.keyboard.press("Delete");
  await expect.poll(() => page.getByTestId("no-input").count()).toBe(1);
  expect((await tableRows(page)).map((row) => row[2])).toEqual(new Array(10).fill("—"));
  expect(await page.getByTestId("task").getAttribute("data-done")).toBe("false");
  for (let i = 0; i < 3; i++) await page.keyboard.press("Shift+ArrowLeft");
  await page.keyboard.press("Space");
  for (let i = 0; i < 6; i++) await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.press("Space");
  await expect.poll(() => page.getByTestId("task").getAttribute("data-done")).toBe("true");
  await page.keyboard.press("Backspace");
  await expect.poll(() => page.getByTestId("no-input").count()).toBe(1);
  await page.context().close();
});

test("mouse and finger draw strokes that the address keeps", async () => {
  const { page, complaints } = await studio.open("#/neuron?images=100&t=0&d=", { hasTouch: true });
  await expect.poll(() => epochOf(page)).toBe("0");
  const pad = page.getByRole("application", { name: "Drawing pad" });
  await pad.scrollIntoViewIfNeeded();
  const { x, y, width } = (await pad.boundingBox())!;
  await page.mouse.move(x + 0.2 * width, y + 0.3 * width);
  await page.mouse.down();
  await page.mouse.move(x + 0.8 * width, y + 0.3 * width, { steps: 6 });
  await page.mouse.up();
  const inPlace = /^(1\d|2\d)(29|30)5.*(79|80)(29|30)5$/;
  await expect.poll(() => drawingOf(page)).toMatch(inPlace);
  await page.touchscreen.tap(x + 0.5 * width, y + 0.7 * width);
  await expect.poll(() => parseStrokes(drawingOf(page))?.length).toBe(2);
  await expect.poll(async () => typeof (await tableRows(page))[0]![1]).toBe("number");
  await page.getByRole("button", { name: "Undo" }).click();
  await expect.poll(() => drawingOf(page)).toMatch(inPlace);
  expect(complaints).toEqual([]);
  await page.context().close();
});

test("an address that makes no sense is brought into range", async () => {
  const { page, complaints } = await studio.open("#/neuron?net=deep&images=1&t=-3&k=99&seed=x&d=12");
  await expect.poll(() => epochOf(page)).toBe("0");
  expect(await page.getByRole("textbox", { name: "training images" }).inputValue()).toBe("100");
  expect(drawingOf(page)).toBe(THREE);
  expect(complaints).toEqual([]);
  await page.context().close();
});
