// Files and folders of this machine dragged over a page and let go of there, as a browser tells of it.
import type { Page } from "playwright-core";
import { expect } from "vitest";

export async function drop(page: Page, paths: readonly string[]): Promise<void> {
  const browser = await page.context().newCDPSession(page);
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const) {
    await browser.send("Input.dispatchDragEvent", { type, x: 300, y: 400, data });
    if (type === "dragOver") await expect.poll(() => page.locator(".room-over").count()).toBe(1);
  }
  await expect.poll(() => page.locator(".room-over").count()).toBe(0);
}
