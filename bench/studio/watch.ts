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

/** Marks where the watching begins, in the page's clock and in the trace's. */
const MARK = "performance.mark('watched')";

/** Runs in the page before its own scripts; as text, since what a compiler adds to functions is not there. */
const WATCHER = `
  ${MARK};
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
  /** Begin, length and time on a processor in microseconds. */
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
}

/** The longest task of the thread that the last mark is on, after the mark. */
function longestTask(events: readonly TraceEvent[]): { dur: number; tdur: number } {
  const mark = events.filter(({ name }) => name === "watched").at(-1);
  if (mark === undefined) throw new Error("Bug: the trace has no mark of the page.");
  return events
    .filter(
      ({ name, pid, tid, ts }) => name === "RunTask" && pid === mark.pid && tid === mark.tid && ts > mark.ts,
    )
    .reduce((longest, { dur = 0, tdur = 0 }) => (dur > longest.dur ? { dur, tdur } : longest), {
      ...{ dur: 0, tdur: 0 },
    });
}

/** Of the trace: tasks; and what is worth keeping for DevTools, samples of the stack with it. */
const TASKS = ["disabled-by-default-devtools.timeline", "blink.user_timing"];
const ALL = [...TASKS, "toplevel", "devtools.timeline", "disabled-by-default-v8.cpu_profiler", "v8", "cc"];

/** Does something with the page and tells what its main thread did meanwhile; `keep` is a file for the trace. */
export async function watch(
  browser: Browser,
  page: Page,
  act: () => Promise<unknown>,
  keep?: string,
): Promise<Seen> {
  await browser.startTracing(page, { categories: keep === undefined ? TASKS : ALL });
  await page.evaluate(MARK);
  await act();
  const written = await browser.stopTracing();
  if (keep !== undefined) writeFileSync(keep, written);
  const trace = JSON.parse(written.toString()) as { traceEvents: TraceEvent[] };
  const { dur, tdur } = longestTask(trace.traceEvents);
  const from = Number(await page.evaluate("performance.getEntriesByName('watched').at(-1).startTime"));
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
