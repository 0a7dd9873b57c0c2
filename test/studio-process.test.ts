// `nabla studio` as a process of its own, with readers that come and go. `npm test` builds it first.
import { spawn } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { root } from "./source-files.ts";

const runs = mkdtempSync(join(tmpdir(), "nabla-readers-"));
const metrics = join(runs, "run", "metrics.jsonl");
const line = `${JSON.stringify({ type: "step", step: 1, padding: "x".repeat(1000) })}\n`;
const child = spawn(process.execPath, [join(root, "dist/cli/main.js"), "studio", "--runs", runs, "--json"]);
const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
let address: URL;

beforeAll(async () => {
  mkdirSync(join(runs, "run"));
  writeFileSync(join(runs, "run", "config.json"), "{}");
  writeFileSync(metrics, line.repeat(2000));
  const text = await new Promise<string>((resolve) =>
    child.stdout.once("data", (data) => resolve(String(data))),
  );
  address = new URL((JSON.parse(text) as { url: string }).url);
});
afterAll(() => {
  child.kill("SIGKILL");
  rmSync(runs, { recursive: true });
});

it("goes on serving when readers close their connections in the middle of an answer, and ends at a signal", async () => {
  const path = `/api/runs/run/stream${address.search}`;
  for (let i = 0; i < 20; i++) {
    await new Promise<void>((resolve) => {
      const socket = connect(Number(address.port), "127.0.0.1", () => {
        socket.write(`GET ${path} HTTP/1.1\r\nHost: ${address.host}\r\n\r\n`);
      });
      socket.once("data", () => socket.destroy());
      socket.once("close", () => resolve());
    });
    appendFileSync(metrics, line);
  }
  const answer = await fetch(new URL(`/api/runs${address.search}`, address));
  expect(await answer.json()).toMatchObject([{ name: "run", state: "interrupted" }]);
  child.kill("SIGINT");
  expect(await ended).toBe(0);
});
