// What the page's main thread does while something is done with it: its tasks from Chromium's trace, those that the
// page itself sees as long, and its frames. Knows nothing of what is done.
import { writeFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";

/** What was seen of a stretch of time. */
export interface Seen {
  /** The longest task on the main thread, and its share of a processor, in milliseconds. */
  readonly longest: number;
  readonly onProcessor: number;
  /** Tasks that the browser calls long: over 50 ms. */
  readonly longTasks: number;
  /** Frames a second, and the longest pause between two in milliseconds. */
  readonly fps: number;
  readonly pause: number;
}

interface Watched {
  readonly long: number[];
  readonly frames: number[];
}

/** Runs in the page before its own scripts; as text, since what a compiler adds to functions is not there. */
const WATCHER = `
  globalThis.seen = { long: [], frames: [] };
  new PerformanceObserver((list) => {
    for (const { startTime } of list.getEntries()) seen.long.push(startTime);
  }).observe({ type: "longtask", buffered: true });
  requestAnimationFrame(function frame(time) {
    seen.frames.push(time);
    requestAnimationFrame(frame);
  });
`;

/** A page that is watched from its first script on. */
export async function watchedPage(browser: Browser): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 }, locale: "en-GB" });
  await page.addInitScript(WATCHER);
  return page;
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args: { readonly name?: string; readonly data?: { readonly url?: string } };
}

/** The longest task of the busiest main thread of a page, wall and processor time in microseconds. */
function longestTask(events: readonly TraceEvent[]): { dur: number; tdur: number } {
  const mains = events.filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain");
  const tasks = mains.map(({ pid, tid }) =>
    events.filter((event) => event.name === "RunTask" && event.pid === pid && event.tid === tid),
  );
  const busiest = tasks.reduce((most, each) => (each.length > most.length ? each : most), []);
  return busiest.reduce((longest, { dur = 0, tdur = 0 }) => (dur > longest.dur ? { dur, tdur } : longest), {
    dur: 0,
    tdur: 0,
  });
}

/** Of the trace: tasks; and what is worth keeping for DevTools, samples of the stack with it. */
const TASKS = ["disabled-by-default-devtools.timeline"];
const ALL = [
  ...TASKS,
  "toplevel",
  "devtools.timeline",
  "blink.user_timing",
  "disabled-by-default-v8.cpu_profiler",
  "v8",
  "cc",
];

/** Does something with the page and tells what its main thread did meanwhile; `keep` is a file for the trace. */
export async function watch(
  browser: Browser,
  page: Page,
  act: () => Promise<unknown>,
  keep?: string,
): Promise<Seen> {
  const begin = await page.evaluate("performance.now()");
  const at = page.url();
  await browser.startTracing(page, { categories: keep === undefined ? TASKS : ALL });
  await act();
  const written = await browser.stopTracing();
  if (keep !== undefined) writeFileSync(keep, written);
  const trace = JSON.parse(written.toString()) as { traceEvents: TraceEvent[] };
  const { dur, tdur } = longestTask(trace.traceEvents);
  // A page that was loaded anew has a clock of its own.
  const from = at === "about:blank" ? 0 : Number(begin);
  const seen = (await page.evaluate("seen")) as Watched;
  const frames = seen.frames.filter((time) => time >= from);
  const pauses = frames.slice(1).map((time, i) => time - frames[i]!);
  return {
    longest: dur / 1e3,
    onProcessor: tdur / 1e3,
    longTasks: seen.long.filter((time) => time >= from).length,
    fps: (1e3 * pauses.length) / (frames.at(-1)! - frames[0]!),
    pause: Math.max(...pauses),
  };
}
