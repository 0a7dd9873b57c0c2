// Everything that can be dragged, dragged by finger and by pen: it follows, the page under it stays, and the numbers in
// the address are those that keys and typing set too.
import type { CDPSession, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseStrokes } from "../../studio/widgets/strokes.ts";
import { openStudio, type Studio } from "./harness.ts";

let studio: Studio;
beforeAll(async () => {
  studio = await openStudio();
});
afterAll(() => studio?.close());

/** Of each lab: what is dragged, by how much, and which numbers of the address it moves. */
const DRAGS = [
  { lab: "step", thing: "start w⁰", by: [-60, 0], moves: ["w"] },
  { lab: "surface", thing: "start; drag", by: [50, 30], moves: ["x", "y"] },
  { lab: "surface", thing: "η and μ", by: [-60, -30], moves: ["eta", "mu"] },
  { lab: "error", thing: "weight of example 2", by: [60, 0], moves: ["w"] },
  { lab: "by-hand", thing: "the filter", by: [50, 50], moves: ["x", "y"] },
  { lab: "filters", thing: "place of the filter", by: [-40, 40], moves: ["x", "y"] },
  { lab: "shift", thing: "The digit", by: [-40, 30], moves: ["dx", "dy"] },
  { lab: "maximum", thing: "the pattern; drag", by: [-50, 50], moves: ["x", "y"] },
  { lab: "channels", thing: "place in the map", by: [50, 50], moves: ["x", "y"] },
  { lab: "cortex", thing: "direction of the bar; drag", by: [0, -60], moves: ["angle"] },
  { lab: "cortex", thing: "direction of the bar on the curve", by: [60, 0], moves: ["angle"] },
] as const;

type Place = readonly [x: number, y: number];

/** Drags in a few steps, as the browser gets it from a touch screen or a pen. */
async function drag(cdp: CDPSession, kind: "touch" | "pen", from: Place, by: Place): Promise<void> {
  const at = (share: number): { x: number; y: number } => ({
    x: from[0] + by[0] * share,
    y: from[1] + by[1] * share,
  });
  const steps = [0.25, 0.5, 0.75, 1].map(at);
  if (kind === "touch") {
    const touch = (type: "touchStart" | "touchMove" | "touchEnd", points: { x: number; y: number }[]) =>
      cdp.send("Input.dispatchTouchEvent", { type, touchPoints: points });
    await touch("touchStart", [at(0)]);
    for (const step of steps) await touch("touchMove", [step]);
    await touch("touchEnd", []);
    return;
  }
  const pen = (type: "mousePressed" | "mouseMoved" | "mouseReleased", place: { x: number; y: number }) =>
    cdp.send("Input.dispatchMouseEvent", {
      ...{ type, ...place, pointerType: "pen", force: type === "mouseReleased" ? 0 : 0.8 },
      ...{ button: "left", buttons: type === "mouseReleased" ? 0 : 1, clickCount: 1 },
    });
  await pen("mousePressed", at(0));
  for (const step of steps) await pen("mouseMoved", step);
  await pen("mouseReleased", at(1));
}

const paramOf = (page: Page, name: string): string | null =>
  new URLSearchParams(page.url().split("?")[1] ?? "").get(name);

describe.each(["touch", "pen"] as const)("by %s", (kind) => {
  test.each(DRAGS)("$lab: $thing", async ({ lab, thing, by, moves }) => {
    const { page, complaints } = await studio.open(`#/${lab}`, { width: 800, hasTouch: true });
    const slider = page.getByRole("slider", { name: thing }).first();
    await slider.scrollIntoViewIfNeeded();
    // Not under the bar that stays at the window's foot.
    await page.evaluate("scrollBy(0, 150)");
    const box = (await slider.boundingBox())!;
    expect(Math.min(box.width, box.height)).toBeGreaterThanOrEqual(24);
    const before = moves.map((name) => paramOf(page, name));
    const scrolled = await page.evaluate<number>("scrollY");
    const cdp = await page.context().newCDPSession(page);
    await drag(cdp, kind, [box.x + box.width / 2, box.y + box.height / 2], by);
    for (const [i, name] of moves.entries()) {
      await expect.poll(() => paramOf(page, name), { message: name }).not.toBe(before[i]);
    }
    expect(await page.evaluate<number>("scrollY")).toBe(scrolled);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("neuron: the drawing pad, with the pen's pressure", async () => {
    const { page, complaints } = await studio.open("#/neuron?images=100&t=0&d=", { hasTouch: true });
    const pad = page.getByRole("application", { name: "Drawing pad" });
    await pad.scrollIntoViewIfNeeded();
    await page.evaluate("scrollBy(0, 150)");
    const box = (await pad.boundingBox())!;
    const cdp = await page.context().newCDPSession(page);
    await drag(cdp, kind, [box.x + 0.2 * box.width, box.y + 0.5 * box.height], [0.6 * box.width, 0]);
    await expect.poll(() => parseStrokes(paramOf(page, "d") ?? "")?.[0]?.length).toBeGreaterThan(3);
    const pressures = parseStrokes(paramOf(page, "d")!)![0]!.map(({ pressure }) => pressure);
    // 1 + 8 · 0.8 is 7; a finger has no pressure.
    expect(new Set(pressures)).toEqual(new Set([kind === "pen" ? 7 : 5]));
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
