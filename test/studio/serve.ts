// The studio as built and one Chromium, served once for all files of browser tests. Says loudly, to each of them, where
// there is no browser or no build, and what to do.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type BrowserServer, chromium } from "playwright-core";
import { type PreviewServer, preview } from "vite";
import type { TestProject } from "vitest/node";
import { chromiumOptions } from "../../bench/studio/chromium.ts";

const STUDIO = fileURLToPath(new URL("../../studio", import.meta.url));
const BUILT = fileURLToPath(new URL("../../dist/studio/index.html", import.meta.url));

/** A camera that shows a moving test picture, for pages that may use one. */
const CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];

/** Where the studio is served and a browser listens, or why not. */
export type Served = { readonly url: string; readonly browser: string } | { readonly failure: string };

declare module "vitest" {
  export interface ProvidedContext {
    studio: Served;
  }
}

let server: PreviewServer | undefined;
let browser: BrowserServer | undefined;

/** Before the first file. */
export async function setup(project: TestProject): Promise<void> {
  try {
    if (!existsSync(BUILT)) throw new Error(`studio tests: ${BUILT} is missing. Run npm run build first.`);
    server = await preview({
      root: STUDIO,
      configFile: `${STUDIO}/vite.config.ts`,
      preview: { port: 0, host: "127.0.0.1" },
    });
    const { args, ...options } = chromiumOptions();
    browser = await chromium.launchServer({ ...options, args: [...args, ...CAMERA] });
    project.provide("studio", { url: server.resolvedUrls!.local[0]!, browser: browser.wsEndpoint() });
  } catch (error) {
    // Thrown here, it would end the tests that need no browser too.
    project.provide("studio", { failure: (error as Error).message });
  }
}

/** After the last. */
export async function teardown(): Promise<void> {
  await browser?.close();
  await server?.close();
}
