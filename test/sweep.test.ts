// A sweep of real processes: interrupted, gone on with, and with the scores of one that never stopped; a trial that
// diverges is told of. `npm test` builds the command first.
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, it } from "vitest";
import type { TrialRunner } from "../src/cli/sweep/trial.ts";
import { root } from "./source-files.ts";

const folder = mkdtempSync(join(tmpdir(), "nabla-sweep-"));
afterAll(() => rmSync(folder, { recursive: true }));

const SETTINGS = `
model: linear
limit: 1000
epochs: 4
strategy: halving
trials: 4
eta: 2
jobs: 2
lr: { min: 0.001, max: 0.1, scale: log }
optimizer: [sgd, adamw]
`;

interface Line {
  readonly type: string;
  readonly results: readonly Record<string, unknown>[];
}

function sweep(args: readonly string[], onLine: (kill: () => void) => void = () => {}) {
  return new Promise<{ code: number | null; lines: Line[]; errors: string }>((resolve) => {
    const main = join(root, "dist", "cli", "main.js");
    const child = spawn(process.execPath, [main, "sweep", ...args, "--json"], {
      env: { ...process.env, NABLA_CACHE: join(folder, "cache") },
    });
    let [output, errors] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (text.includes("\n")) onLine(() => child.kill("SIGINT"));
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
    });
    const linesOf = () =>
      output
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as Line);
    child.on("close", (code) => resolve({ code, lines: linesOf(), errors }));
  });
}

/** What does not depend on time. */
const plain = (line: Line) => line.results.map(({ seconds: _, ...result }) => result);

it("goes on after Ctrl-C and ends with the scores and bytes of one that was never stopped", async () => {
  const file = join(folder, "sweep.yaml");
  writeFileSync(file, SETTINGS);
  const [whole, cut] = [join(folder, "whole"), join(folder, "cut")];
  const first = await sweep([file, "--out", whole]);
  expect([first.code, first.errors]).toEqual([0, ""]);
  const results = plain(first.lines.at(-1)!);
  expect(results.map(({ state }) => state)).toEqual(["done", "stopped", "stopped", "stopped"]);
  let isSent = false;
  const interrupted = await sweep([file, "--out", cut], (kill) => {
    if (!isSent) kill();
    isSent = true;
  });
  expect(interrupted.code).toBe(130);
  expect(interrupted.errors).toBe("letting the trials save; once more to stop at once\n");
  expect(interrupted.lines.at(-1)!.type).toBe("interrupted");
  const resumed = await sweep(["--resume", cut]);
  expect([resumed.code, resumed.errors]).toEqual([0, ""]);
  expect(plain(resumed.lines.at(-1)!)).toEqual(results);
  const best = join(String(results[0]!["folder"]), "model.safetensors");
  expect(readFileSync(join(cut, best)).equals(readFileSync(join(whole, best)))).toBe(true);
}, 240_000);

const openRunner = async (): Promise<TrialRunner> => {
  const built = pathToFileURL(join(root, "dist", "cli", "sweep", "trial.js")).href;
  return ((await import(built)) as { processRunner(): TrialRunner }).processRunner();
};
const task = (name: string) => ({
  ...{ folder: join(folder, name), config: { model: "linear", limit: 500, epochs: 1 } },
  pauseAfter: undefined,
});

it("takes a trial for interrupted that was stopped before it could listen", async () => {
  const runner = await openRunner();
  const stopping = setInterval(runner.stop, 1);
  const stopped = await runner.run(task("early"));
  clearInterval(stopping);
  expect(stopped).toMatchObject({ state: "interrupted", epochs: 0 });
}, 60_000);

it.runIf(process.platform === "linux")(
  "tells of a trial that something else ended",
  async () => {
    const ended = (await openRunner()).run(task("ended"));
    const isOf = (pid: string): boolean => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(join(folder, "ended"));
      } catch {
        return false;
      }
    };
    const find = () => readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && isOf(pid));
    await expect.poll(find, { timeout: 20_000, interval: 5 }).toHaveLength(1);
    process.kill(Number(find()[0]), "SIGKILL");
    expect(await ended).toMatchObject({ state: "failed", message: "the process was ended by SIGKILL" });
  },
  60_000,
);

it("ranks a trial that diverged last and says why", async () => {
  const file = join(folder, "wild.json");
  const settings = { model: "linear", limit: 500, epochs: 1, optimizer: "sgd", schedule: "constant" };
  writeFileSync(file, JSON.stringify({ ...settings, lr: [1e38, 0.05] }));
  const { code, lines } = await sweep([file, "--out", join(folder, "wild")]);
  expect(code).toBe(0);
  const [good, bad] = lines.at(-1)!.results;
  expect(good).toMatchObject({ state: "done", point: { lr: 0.05 }, test: { accuracy: expect.any(Number) } });
  expect(bad).toMatchObject({
    state: "failed",
    message: expect.stringContaining("the loss is NaN at step 2"),
  });
  const metrics = readFileSync(join(folder, "wild", String(bad!["folder"]), "metrics.jsonl"), "utf8");
  expect(metrics.trim().split("\n").at(-1)).toContain('{"type":"divergence","step":2,');
}, 120_000);
