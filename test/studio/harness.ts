// A real Chromium on the built studio. Says loudly where there is no browser or no build, and what to do.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { type PreviewServer, preview } from "vite";

const STUDIO = fileURLToPath(new URL("../../studio", import.meta.url));
const BUILT = fileURLToPath(new URL("../../dist/studio/index.html", import.meta.url));
const BROWSERS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Where Chromium is: what NABLA_CHROMIUM says, or one of the usual places. */
function findChromium(): string {
  const found = [process.env["NABLA_CHROMIUM"], ...BROWSERS].find((path) => path && existsSync(path));
  if (found) return found;
  throw new Error(
    `studio tests: no Chromium at ${BROWSERS.join(", ")}. Install it (Debian: apt-get install chromium) or name one in NABLA_CHROMIUM.`,
  );
}

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
}

export async function openStudio(): Promise<Studio> {
  if (!existsSync(BUILT)) throw new Error(`studio tests: ${BUILT} is missing. Run npm run build first.`);
  const executablePath = findChromium();
  const server: PreviewServer = await preview({
    root: STUDIO,
    configFile: `${STUDIO}/vite.config.ts`,
    preview: { port: 0, host: "127.0.0.1" },
  });
  const url = server.resolvedUrls!.local[0]!;
  const browser: Browser = await chromium.launch({ executablePath, chromiumSandbox: false, headless: true });
  return {
    url,
    async open(hash, { locale = "en", theme = "light", width = 1200, height = 900, hasTouch = false } = {}) {
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
      await page.goto(`${url}${hash}`);
      return { page, complaints };
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}
