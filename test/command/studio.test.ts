// `nabla studio` and `nabla train --studio` as a user meets them: the address, what it serves, and the ends.
import { EventEmitter } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommandLine } from "../../src/cli/program.ts";
import { recordingTerminal, type Terminal } from "../../src/cli/terminal.ts";
import { type MetricsPage, paths, type RunSummary } from "../../src/server/index.ts";

const folder = mkdtempSync(join(tmpdir(), "nabla-serve-"));
const before = process.env["NABLA_CACHE"];
beforeAll(() => {
  process.env["NABLA_CACHE"] = join(folder, "cache");
});
afterAll(() => {
  if (before === undefined) delete process.env["NABLA_CACHE"];
  else process.env["NABLA_CACHE"] = before;
  rmSync(folder, { recursive: true });
});

const SMALL = ["--model", "linear", "--limit", "400", "--batch-size", "20", "--threads", "1"];

/** A command that is under way: its end, what it has printed, and its signals. */
function begin(...args: string[]) {
  const recorded = recordingTerminal({ columns: 100 });
  const signals = Object.assign(new EventEmitter(), { exit: () => {} });
  const terminal: Terminal = recorded;
  const code = runCommandLine(args, { terminal, signals });
  const printed = () => recorded.output() + recorded.errors();
  const url = async (): Promise<string> => {
    await expect.poll(printed, { timeout: 10_000 }).toMatch(/http:\S+/);
    return printed().match(/http:\/\/\S+\?token=[\w-]+/)![0];
  };
  const ask = async (path: string, method = "GET"): Promise<Response> => {
    const address = new URL(await url());
    const token = address.searchParams.get("token");
    return fetch(new URL(path, address), { method, headers: { Authorization: `Bearer ${token}` } });
  };
  return { code, printed, url, ask, signals };
}

describe("nabla studio", () => {
  it("serves until a signal, on this machine alone", async () => {
    const { code, url, ask, signals } = begin("studio", "--runs", join(folder, "none"));
    expect(await url()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\//);
    expect(await (await ask(paths.runs)).json()).toEqual([]);
    const address = await url();
    signals.emit("SIGINT");
    expect(await code).toBe(0);
    await expect(fetch(address)).rejects.toThrow();
    expect(signals.eventNames()).toEqual([]);
  });
  it("refuses a host that others reach, and warns where it is allowed", async () => {
    const refused = begin("studio", "--host", "0.0.0.0");
    expect(await refused.code).toBe(2);
    expect(refused.printed()).toMatch(/^error: studio: at 0\.0\.0\.0 others could reach it.*--public/);
    const allowed = begin("studio", "--host", "0.0.0.0", "--public", "--json");
    await allowed.url();
    allowed.signals.emit("SIGTERM");
    expect(await allowed.code).toBe(0);
    expect(allowed.printed()).toMatch(/warning: others in the network can reach this studio/);
  });
});

describe("nabla train --studio", () => {
  it("serves the run while it trains and after its end, until a signal", async () => {
    const out = join(folder, "runs", "whole");
    const { code, printed, ask, signals } = begin(
      "train",
      ...SMALL,
      "--epochs",
      "2",
      "--studio",
      "--out",
      out,
    );
    await expect.poll(printed, { timeout: 30_000 }).toContain("is still served at http://");
    const [run] = (await (await ask(paths.runs)).json()) as RunSummary[];
    expect(run).toMatchObject({ name: "whole", state: "done", hasModel: true, end: { reason: "epochs" } });
    expect((await ask(paths.model("whole"))).status).toBe(200);
    const { events } = (await (await ask(paths.metrics("whole"))).json()) as MetricsPage;
    const spreads = events.filter((event) => event.type === "histograms");
    expect(spreads.map(({ epoch }) => epoch)).toEqual([1, 2]);
    expect(Object.keys(spreads[0]!.weights)).toEqual(["1.weight", "1.bias"]);
    expect(spreads[0]!.gradients["1.weight"]!.deviation).toBeGreaterThan(0);
    signals.emit("SIGINT");
    expect(await code).toBe(0);
  });
  it("ends the training where the page asks for it, saved, and serves on", async () => {
    const out = join(folder, "runs", "stopped");
    const { code, printed, ask, signals } = begin(
      "train",
      ...SMALL,
      "--epochs",
      "5000",
      "--studio",
      "--out",
      out,
    );
    await expect.poll(printed, { timeout: 30_000 }).toContain("epoch    1/5000");
    expect((await ask(paths.stop("stopped"), "POST")).status).toBe(202);
    await expect.poll(printed, { timeout: 30_000 }).toContain("is still served at http://");
    expect(printed()).toContain(`saved; to go on: nabla train --resume ${out}`);
    const run = (await (await ask(paths.run("stopped"))).json()) as RunSummary;
    expect(run).toMatchObject({ state: "interrupted", end: { reason: "interrupted" } });
    signals.emit("SIGINT");
    expect(await code).toBe(1);
  });
  it("ends with the run where a signal ends that, with its code", async () => {
    const out = join(folder, "runs", "signalled");
    const { code, printed, url, signals } = begin(
      "train",
      ...SMALL,
      "--epochs",
      "5000",
      "--studio",
      "--out",
      out,
    );
    await expect.poll(printed, { timeout: 30_000 }).toContain("epoch    1/5000");
    const address = await url();
    signals.emit("SIGINT");
    expect(await code).toBe(130);
    await expect(fetch(address)).rejects.toThrow();
  });
  it("is refused where nothing is kept to be shown", async () => {
    const { code, printed } = begin("train", "--dry-run", "--studio");
    expect(await code).toBe(2);
    expect(printed()).toContain("--dry-run and --studio cannot be done together");
  });
});
