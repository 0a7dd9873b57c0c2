// The studio's server as a whole: listens, guards every request, and hands it to the routes. Knows nothing of terminals.
import { stat } from "node:fs/promises";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import { ConfigError, NablaError } from "../base/errors.ts";
import { checkDataDir } from "../data/cache.node.ts";
import { type Door, guard, isLoopback, newToken, urlOf } from "./access.ts";
import type { Failure } from "./api.ts";
import { dataRoutes, type GivenData } from "./data-routes.ts";
import { protect } from "./headers.ts";
import { pageRoutes } from "./page-routes.ts";
import { RunCatalog } from "./run-catalog.ts";
import { runRoutes } from "./run-routes.ts";

/** How a studio is served. */
export interface StudioOptions {
  /** The folder of run folders, which need not exist yet, or one run folder; `runs` unless given. */
  readonly runs?: string | undefined;
  /** 0, any free one, unless given. */
  readonly port?: number | undefined;
  /** The address to listen at; 127.0.0.1, which only this machine reaches, unless given. */
  readonly host?: string | undefined;
  /** Must be true for a host that others can reach. */
  readonly isPublic?: boolean | undefined;
  /** Where to look for the files of data sets, and nowhere else. */
  readonly dataDir?: string | undefined;
  /** A data set to learn from in the page, beside those that go by their names. */
  readonly data?: GivenData | undefined;
  /** Where the built page lies, if not in the package. */
  readonly page?: string | undefined;
}

/** A studio that is being served. */
export interface Studio {
  /** The address to open, token included. */
  readonly url: string;
  readonly port: number;
  /** Ends streams and connections; resolves when the port is free. */
  close(): Promise<void>;
}

function checkBind(host: string, port: number, isPublic: boolean): void {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new ConfigError(`studio: --port must be a whole number from 0 to 65535, it is ${port}. Give one.`, {
      port,
    });
  }
  if (isLoopback(host) || isPublic) return;
  throw new ConfigError(
    `studio: at ${host} others could reach it. Leave --host out, or add --public if they are meant to.`,
    { host },
  );
}

/** Whether something is there that cannot hold runs; what is not there yet can. */
const isOtherThanFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => !found.isDirectory(),
    () => false,
  );

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const why = error.code === "EADDRINUSE" ? "is in use" : `cannot be listened at (${error.code})`;
      reject(
        new ConfigError(`studio: port ${port} at ${host} ${why}. Give another with --port.`, { host, port }),
      );
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

function studioApp(door: Door, options: StudioOptions, ending: AbortSignal): Hono {
  const app = new Hono();
  app.use(protect, guard(door));
  app.route("/api", runRoutes(new RunCatalog(options.runs ?? "runs"), ending));
  app.route("/api/data", dataRoutes(options.dataDir, options.data));
  app.all("/api/*", (c) =>
    c.json({ error: "api: there is nothing at this address." } satisfies Failure, 404),
  );
  app.route("/", pageRoutes(options.page === undefined ? undefined : [options.page]));
  app.notFound((c) => c.text("There is nothing at this address.\n", 404));
  app.onError((error, c) => {
    // What is wrong with a file is for the page to tell; faults of ours stay in the terminal.
    if (error instanceof NablaError) return c.json({ error: error.message } satisfies Failure, 422);
    console.error(error);
    return c.json({ error: "studio: a fault of the server; its terminal shows it." } satisfies Failure, 500);
  });
  return app;
}

/**
 * Serves the studio until it is closed: its page, the runs below a folder, and data sets found on this machine. Every
 * request needs the token of this start. Throws `ConfigError` for a port that is taken, a host that is not allowed or runs
 * that are no folder, `DataError` for a folder of data that does not exist.
 */
export async function startStudio(options: StudioOptions = {}): Promise<Studio> {
  const { host = "127.0.0.1", port = 0, isPublic = false, runs = "runs" } = options;
  checkBind(host, port, isPublic);
  await checkDataDir(options.dataDir);
  if (await isOtherThanFolder(runs)) {
    throw new ConfigError(`studio: ${runs} is no folder. Give the folder of the runs with --runs.`, { runs });
  }
  const ending = new AbortController();
  let app = new Hono();
  const server = createAdaptorServer({ fetch: (request, env) => app.fetch(request, env) }) as Server;
  const door: Door = { host, port: await listen(server, host, port), token: newToken() };
  app = studioApp(door, options, ending.signal);
  return {
    url: urlOf(door),
    port: door.port,
    close() {
      ending.abort();
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}
