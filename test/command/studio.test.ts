// `nabla studio` and `nabla train --studio` as a user meets them: the address, what it serves, and the ends.
import { EventEmitter } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommandLine } from "../../src/cli/program.ts";
import { recordingTerminal, type Terminal } from "../../src/cli/terminal.ts";
import { decodeSafetensors } from "../../src/formats/index.ts";
import { type MetricsPage, paths, type RunSummary } from "../../src/server/index.ts";
import { pictureBytes } from "../pictures.ts";

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

describe("the command line's data", () => {
  const pictures = join(folder, "pictures");
  beforeAll(async () => {
    for (const [name, grey] of [
      ["dark", 20],
      ["light", 230],
    ] as const) {
      mkdirSync(join(pictures, name), { recursive: true });
      const bytes = await pictureBytes(grey, { height: 8, width: 8 });
      for (let i = 0; i < 10; i++) writeFileSync(join(pictures, name, `${i}.png`), bytes);
    }
  });
  const offered = { title: "pictures", shape: [3, 8, 8], classes: ["dark", "light"], train: 16, test: 4 };

  it("is offered by nabla studio --data; what is wrong with it is told at once", async () => {
    const { code, ask, signals } = begin("studio", "--data", pictures, "--runs", join(folder, "none"));
    expect(await (await ask(paths.offer)).json()).toEqual({ given: offered });
    const answer = await ask(paths.data("given", { part: "train", limit: 6 }));
    const { tensors } = decodeSafetensors(new Uint8Array(await answer.arrayBuffer()));
    expect([...(tensors.get("train.labels")!.data as Uint8Array)].sort()).toEqual([0, 0, 0, 1, 1, 1]);
    signals.emit("SIGINT");
    expect(await code).toBe(0);
    const missing = begin("studio", "--data", join(folder, "nowhere"));
    expect(await missing.code).not.toBe(0);
    expect(missing.printed()).toContain("there is no such folder or file");
    const named = begin("studio", "--data", "digits");
    expect(await (await named.ask(paths.offer)).json()).toEqual({});
    named.signals.emit("SIGINT");
    expect(await named.code).toBe(0);
  });
  it("is what nabla train --studio learns from", async () => {
    const net = ["--model", "linear", "--epochs", "1", "--batch-size", "4", "--threads", "1"];
    const out = join(folder, "runs", "pictures");
    const { code, printed, ask, signals } = begin(
      "train",
      "--data",
      pictures,
      ...net,
      "--studio",
      "--out",
      out,
    );
    expect(await (await ask(paths.offer)).json()).toEqual({ given: offered });
    await expect.poll(printed, { timeout: 30_000 }).toContain("is still served at http://");
    signals.emit("SIGINT");
    expect(await code).toBe(0);
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
