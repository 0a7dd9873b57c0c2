// A page of the built studio in a real Chromium; serve.ts has both ready.
import { type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { inject } from "vitest";
import type {} from "./serve.ts";

/** The studio as served, and a browser to open it in. */
export interface Studio {
  readonly url: string;
  /** A page on `hash` ("#/step?w=3"), with everything that it complains of collected in `complaints`. */
  open(hash: string, options?: OpenOptions): Promise<{ page: Page; complaints: string[] }>;
  close(): Promise<void>;
}

export interface OpenOptions {
  readonly locale?: "en" | "ru";
  readonly theme?: "light" | "dark";
  readonly width?: number;
  readonly height?: number;
  readonly hasTouch?: boolean;
  /** The address of another server of the studio, in place of the one that serves the build as it is. */
  readonly at?: string;
}

/** The studio that is served for all tests, in a connection of one's own to the browser; throws where there is none. */
export async function openStudio(): Promise<Studio> {
  const served = inject("studio");
  if ("failure" in served) throw new Error(served.failure);
  const { url } = served;
  const browser = await chromium.connect(served.browser);
  return {
    url,
    async open(
      hash,
      { locale = "en", theme = "light", width = 1200, height = 900, hasTouch = false, at = url } = {},
    ) {
      const options: BrowserContextOptions = {
        viewport: { width, height },
        hasTouch,
        locale: locale === "ru" ? "ru-RU" : "en-GB",
        colorScheme: theme,
        reducedMotion: "reduce",
      };
      const context = await browser.newContext(options);
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on("pageerror", (error) => complaints.push(`page: ${error.message}`));
      page.on("console", (message) => {
        if (message.type() === "error") complaints.push(`console: ${message.text()}`);
      });
      // The page works offline once served: whatever it asks for is its own.
      page.on("request", (request) => {
        const isOwn = [new URL(at).origin, "blob:", "data:"].some((start) => request.url().startsWith(start));
        if (!isOwn) complaints.push(`asks the network for ${request.url()}`);
      });
      await page.goto(`${at}${hash}`);
      return { page, complaints };
    },
    async close() {
      await browser.close();
    },
  };
}
