// Serves the studio's page: the files that the build put into dist/studio. Knows nothing of runs or data.
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { Hono } from "hono";
import { getMimeType } from "hono/utils/mime";
import { SERVER_MARK } from "./api.ts";
import { openBelow, readTextBelow } from "./confined.ts";

// Beside this file in the package; in a clone also where the sources are run without being built.
const PAGE_FOLDERS = ["../studio", "../../dist/studio"].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

const NOT_BUILT =
  "The studio's page is not built. In a clone, run npm run build; the runs are at /api/runs meanwhile.\n";

const INDEX = "index.html";
const MOST_INDEX = 1_000_000;

/** The page with the mark by which it knows that the server is behind it; undefined where there is none. */
async function markedIndex(folder: string): Promise<string | undefined> {
  const page = await readTextBelow(folder, INDEX, MOST_INDEX);
  return page?.replace(/<head>|(?=<title>)/, `$&<meta name="${SERVER_MARK}" content="1" />`);
}

/** The path of a file as the address names it; undefined for one that is no text. */
function pathOf(address: string): string | undefined {
  try {
    const path = decodeURIComponent(address).slice(1);
    return path === "" || path.endsWith("/") ? `${path}${INDEX}` : path;
  } catch {
    return undefined;
  }
}

/** All addresses that nothing else answers to, as files below the first of `folders` that has them. */
export function pageRoutes(folders: readonly string[] = PAGE_FOLDERS): Hono {
  const app = new Hono();
  app.get("*", async (c) => {
    const path = pathOf(c.req.path);
    for (const folder of path === INDEX ? folders : []) {
      const page = await markedIndex(folder);
      if (page !== undefined) return c.html(page, 200, { "Cache-Control": "no-store" });
    }
    for (const folder of path === undefined ? [] : folders) {
      const file = await openBelow(folder, path!);
      if (file === undefined) continue;
      const headers = {
        "Content-Type": getMimeType(path!) ?? "application/octet-stream",
        "Content-Length": String(file.size),
        // The build names what lies in assets/ by its content.
        "Cache-Control": path!.startsWith("assets/") ? "private, max-age=31536000, immutable" : "no-store",
      };
      if (c.req.method === "HEAD" || file.size === 0) {
        await file.handle.close();
        return c.body(null, 200, headers);
      }
      return c.body(Readable.toWeb(file.handle.createReadStream()) as ReadableStream, 200, headers);
    }
    return path === INDEX ? c.text(NOT_BUILT, 404) : c.text("There is nothing at this address.\n", 404);
  });
  return app;
}
