// How smooth the built studio is in Chromium: the longest task of the page's main thread and its frames, while the
// training room and every lab are used; and what the page loads first.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError } from "nabla";
import { startStudio } from "nabla/server/node";
import { type Browser, chromium } from "playwright-core";
import type { Options, Row } from "./context.ts";
import { chromiumOptions } from "./studio/chromium.ts";
import { LONG_POINTS, LONG_RUNS, SCENES, type Scene } from "./studio/scenes.ts";
import { watch, watchedPage } from "./studio/watch.ts";
import { formatTable } from "./table.ts";

/** A folder of runs of many steps. */
function writeRuns(): string {
  const runs = mkdtempSync(join(tmpdir(), "nabla-bench-"));
  LONG_RUNS.forEach((name, run) => {
    const lines = Array.from({ length: LONG_POINTS }, (_, i) => {
      const loss = 2.3 * Math.exp(-i / 20_000) + 0.1 * Math.abs(Math.sin(i + run));
      const event = { type: "step", epoch: 1, step: i + 1, loss, accuracy: 1 / (1 + loss) };
      return JSON.stringify({ ...event, learningRate: 1e-3, imagesPerSecond: 1000, gradientNorm: loss });
    });
    mkdirSync(join(runs, name));
    writeFileSync(join(runs, name, "config.json"), "{}");
    writeFileSync(join(runs, name, "metrics.jsonl"), `${lines.join("\n")}\n`);
  });
  return runs;
}

/** Milliseconds in which a page opens. */
const OPENING = 3000;

async function watchScene(browser: Browser, url: string, scene: Scene, traces?: string): Promise<Row[]> {
  const page = await watchedPage(browser);
  const rows: Row[] = [];
  const add = async (name: string, act: () => Promise<unknown>): Promise<void> => {
    const title = `${scene.name}: ${name}`;
    const keep = traces && join(traces, `${title.replace(/\W+/g, "-")}.json`);
    rows.push({ scene: title, ...(await watch(browser, page, act, keep)) });
  };
  // Nothing is asked of the page while it opens: a question of Playwright's is a task of its own.
  await add("open", async () => {
    await page.goto(`${url}${scene.hash}`, { waitUntil: "commit" });
    await page.waitForTimeout(OPENING);
  });
  await page.locator(scene.ready).first().waitFor({ state: "attached" });
  for (const { name, act } of scene.acts) await add(name, () => act(page));
  await page.close();
  return rows;
}

const HEADINGS = [
  "scene",
  "longest task, ms",
  "of it on a processor",
  "tasks > 50 ms",
  "frames/s",
  "longest pause, ms",
];
const COLUMNS = ["longest", "onProcessor", "longTasks", "fps", "pause"];

/** Every scene, or those whose names begin with one of `scenes`. */
export async function benchStudio({ scenes, traces }: Options): Promise<Row[]> {
  const chosen = SCENES.filter(
    ({ name }) => scenes.length === 0 || scenes.some((start) => name.startsWith(start)),
  );
  if (chosen.length === 0) {
    const names = SCENES.map(({ name }) => name).join("; ");
    throw new ConfigError(`bench: no scene begins with ${scenes.join(" or ")}. There are: ${names}.`);
  }
  if (traces !== undefined) mkdirSync(traces, { recursive: true });
  const runs = writeRuns();
  const server = await startStudio({ runs });
  const browser = await chromium.launch(chromiumOptions());
  const rows: Row[] = [];
  try {
    for (const scene of chosen) {
      const seen = await watchScene(browser, server.url, scene, traces);
      const cells = seen.map((row) => [row["scene"], ...COLUMNS.map((column) => row[column])]);
      console.log(`${formatTable(HEADINGS, cells)}\n`);
      rows.push(...seen);
    }
  } finally {
    await browser.close();
    await server.close();
    rmSync(runs, { recursive: true });
  }
  return rows;
}
