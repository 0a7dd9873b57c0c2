// Downloading from a server of the test's own: mirrors, hashes, limits, silence, abort, and no network at all.
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { DataError } from "../base/errors.ts";
import { type Download, download } from "./download.node.ts";

const content = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 7) % 256);
const sha256 = createHash("sha256").update(content).digest("hex");

let server: Server;
let base = "";
let folder = "";

beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === "/good") response.setHeader("content-length", content.length).end(content);
    else if (request.url === "/unsized")
      response.write(content.subarray(0, 500), () => response.end(content.subarray(500)));
    else if (request.url === "/other") response.end(content.subarray(1));
    else if (request.url === "/cut") {
      response.setHeader("content-length", content.length);
      response.write(content.subarray(0, 500), () => response.destroy());
    } else if (request.url === "/silent") response.write(content.subarray(0, 500));
    else response.writeHead(404).end("no");
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "nabla-download-"));
  return () => rm(folder, { recursive: true, force: true });
});

const job = (paths: string[], more: Partial<Download> = {}): Download => ({
  name: "set",
  urls: paths.map((path) => (path.startsWith("http") ? path : base + path)),
  to: join(folder, "file"),
  sha256,
  maxBytes: 200_000,
  cure: "Put it there by hand.",
  ...more,
});

// Port 9 of the loopback address: nothing listens there, so the connection is refused at once.
const NOWHERE = "http://127.0.0.1:9/file";

describe("download", () => {
  it("writes the file and tells its progress", async () => {
    const seen: [number, number | undefined][] = [];
    await download(job(["/good"], { onProgress: (done, total) => seen.push([done, total]) }));
    expect(new Uint8Array(await readFile(join(folder, "file")))).toEqual(content);
    expect(seen.at(-1)).toEqual([100_000, 100_000]);
    expect(await readdir(folder)).toEqual(["file"]);
  });

  it("goes on to the next mirror until one is right", async () => {
    await download(job([NOWHERE, "/missing", "/other", "/cut", "/unsized"]));
    expect(new Uint8Array(await readFile(join(folder, "file")))).toEqual(content);
    expect(await readdir(folder)).toEqual(["file"]);
  });

  it("says in one line that there is no network, and what to do", async () => {
    const failed = download(job([NOWHERE, NOWHERE]));
    await expect(failed).rejects.toThrow(DataError);
    await expect(failed).rejects.toThrow(
      /^set: could not be downloaded \(no network\)\. Put it there by hand\.$/,
    );
  });

  it("gives each mirror's reason where one was reached, and leaves nothing behind", async () => {
    const failed = download(job([NOWHERE, "/missing", "/other"]));
    await expect(failed).rejects.toThrow(
      /127\.0\.0\.1:9: .+; 127\.0\.0\.1:\d+: HTTP 404; .+: SHA-256 is [0-9a-f]{64}, expected/,
    );
    expect(await readdir(folder)).toEqual([]);
  });

  it("refuses more bytes than expected, announced or not", async () => {
    await expect(download(job(["/good"], { maxBytes: 10 }))).rejects.toThrow(
      "offers 100000 bytes, at most 10 are expected",
    );
    await expect(download(job(["/unsized"], { maxBytes: 600 }))).rejects.toThrow(
      "sends more than the 600 bytes",
    );
    expect(await readdir(folder)).toEqual([]);
  });

  it("gives up a mirror that falls silent or breaks off", async () => {
    await expect(download(job(["/silent"], { timeoutMs: 50 }))).rejects.toThrow(
      "set: could not be downloaded",
    );
    await expect(download(job(["/cut"]))).rejects.toThrow(/broke off|sent 500 of 100000/);
    expect(await readdir(folder)).toEqual([]);
  });

  it("stops at once when aborted, with the signal's reason", async () => {
    const controller = new AbortController();
    const running = download(
      job(["/silent", "/good"], {
        signal: controller.signal,
        onProgress: () => controller.abort(new Error("changed my mind")),
      }),
    );
    await expect(running).rejects.toThrow("changed my mind");
    expect(await readdir(folder)).toEqual([]);
  });
});
