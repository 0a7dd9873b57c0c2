// The part of the studio's interface that tells of runs. Knows nothing of who may ask, nor of how runs are found.
import { Readable } from "node:stream";
import { type Context, Hono } from "hono";
import { type SSEStreamingApi, streamSSE } from "hono/streaming";
import { MODEL_FILE, REPORT_FILE, requestStop } from "../train/index.node.ts";
import type { RunEvent } from "../train/index.ts";
import type { Failure, MetricsPage } from "./api.ts";
import { openBelow, readTextBelow } from "./confined.ts";
import { policyOfReport } from "./headers.ts";
import { isPlace, readLines } from "./metrics-feed.ts";
import type { RunCatalog } from "./run-catalog.ts";

const POLL_MS = 200;
const HEARTBEAT_MS = 15_000;
const MOST_REPORT = 32_000_000;
/** Streams open at a time; a page needs one for each run it shows. */
const MOST_STREAMS = 64;

const fail = (c: Context, status: 400 | 404 | 409 | 503, error: string): Response =>
  c.json({ error } satisfies Failure, status);

const noRun = (c: Context): Response =>
  fail(
    c,
    404,
    `run: there is no ${JSON.stringify(c.req.param("name"))} here. See /api/runs for those there are.`,
  );

/** A file of a run as bytes. */
async function sendFile(c: Context, folder: string, name: string): Promise<Response> {
  const file = await openBelow(folder, name);
  if (file === undefined) return fail(c, 404, `file: the run has no ${JSON.stringify(name)} yet.`);
  const headers = {
    "Content-Type": "application/octet-stream",
    "Content-Length": String(file.size),
    "Content-Disposition": `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
  };
  if (c.req.method === "HEAD" || file.size === 0) {
    await file.handle.close();
    return c.body(null, 200, headers);
  }
  // What is added to the file meanwhile is left out: the length was told.
  const stream = file.handle.createReadStream({ start: 0, end: file.size - 1 });
  return c.body(Readable.toWeb(stream) as ReadableStream, 200, headers);
}

/** Sends the lines after a place, and those that come, until the reader goes away or the server ends. */
async function follow(
  stream: SSEStreamingApi,
  folder: string,
  after: string,
  ending: AbortSignal,
): Promise<void> {
  let place = after;
  let toldAt = Date.now();
  while (!stream.aborted && !ending.aborted) {
    const page = await readLines(folder, place);
    if (page.isRestarted) await stream.writeSSE({ event: "restart", data: "{}", id: "0" });
    // A reader that is slow keeps this waiting, so that no more than one page is held for it.
    for (const line of page.lines) {
      if (stream.aborted) return;
      await stream.writeSSE({ data: line.text, id: line.place });
    }
    place = page.next;
    if (page.lines.length > 0) toldAt = Date.now();
    else if (Date.now() - toldAt > HEARTBEAT_MS) {
      await stream.write(": still here\n\n");
      toldAt = Date.now();
    }
    if (page.isComplete) await stream.sleep(POLL_MS);
  }
}

/** /api/runs, /api/sweeps and all below; streams end when `ending` fires. */
export function runRoutes(catalog: RunCatalog, ending: AbortSignal): Hono {
  const app = new Hono();
  let streams = 0;
  const withFolder = async (c: Context, action: (folder: string) => Promise<Response>): Promise<Response> => {
    const folder = await catalog.folderOf(c.req.param("name") ?? "");
    return folder === undefined ? noRun(c) : action(folder);
  };
  const placeOf = (c: Context): string => c.req.header("last-event-id") ?? c.req.query("after") ?? "0";
  const noPlace = (c: Context): Response =>
    fail(c, 400, "after: is no place in the metrics. Give what `next` said.");

  app.get("/runs", async (c) => c.json(await catalog.list()));
  app.get("/sweeps", async (c) => c.json(await catalog.sweeps()));
  app.get("/runs/:name", async (c) => {
    const run = await catalog.detail(c.req.param("name"));
    return run === undefined ? noRun(c) : c.json(run);
  });
  app.get("/runs/:name/metrics", (c) =>
    withFolder(c, async (folder) => {
      if (!isPlace(placeOf(c))) return noPlace(c);
      const { lines, ...page } = await readLines(folder, placeOf(c));
      const events = lines.map(({ text }) => JSON.parse(text) as RunEvent);
      return c.json({ events, ...page } satisfies MetricsPage);
    }),
  );
  app.get("/runs/:name/stream", (c) =>
    withFolder(c, async (folder) => {
      if (!isPlace(placeOf(c))) return noPlace(c);
      if (c.req.method === "HEAD") return c.body(null, 200, { "Content-Type": "text/event-stream" });
      if (streams >= MOST_STREAMS) {
        return fail(c, 503, `stream: ${streams} are open already. Close some pages that show runs.`);
      }
      streams++;
      return streamSSE(c, (stream) =>
        follow(stream, folder, placeOf(c), ending).finally(() => {
          streams--;
        }),
      );
    }),
  );
  app.get("/runs/:name/model", (c) => withFolder(c, (folder) => sendFile(c, folder, MODEL_FILE)));
  app.get("/runs/:name/report", (c) =>
    withFolder(c, async (folder) => {
      const page = await readTextBelow(folder, REPORT_FILE, MOST_REPORT);
      if (page === undefined)
        return fail(c, 404, "report: there is none yet; it is written when the run ends.");
      return c.html(page, 200, { "Content-Security-Policy": policyOfReport(page) });
    }),
  );
  app.get("/runs/:name/checkpoints", (c) =>
    withFolder(c, async (folder) => c.json(await catalog.checkpoints(folder))),
  );
  app.get("/runs/:name/checkpoints/:file", (c) =>
    withFolder(c, async (folder) => {
      const wanted = c.req.param("file") ?? "";
      const isKnown = (await catalog.checkpoints(folder)).some(({ file }) => file === wanted);
      return isKnown
        ? sendFile(c, folder, wanted)
        : fail(c, 404, `checkpoint: the run has no ${JSON.stringify(wanted)}.`);
    }),
  );
  app.post("/runs/:name/stop", (c) =>
    withFolder(c, async (folder) =>
      (await requestStop(folder))
        ? c.json({ isStopping: true }, 202)
        : fail(c, 409, "stop: no process trains this run now, so there is none to stop."),
    ),
  );
  return app;
}
