// The other modes of `nabla train` from the command line, on few drawn digits and a linear net.
import { EventEmitter } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommandLine } from "../../src/cli/program.ts";
import { recordingTerminal } from "../../src/cli/terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "nabla-modes-"));
const before = process.env["NABLA_CACHE"];
beforeAll(() => {
  process.env["NABLA_CACHE"] = join(folder, "cache");
});
afterAll(() => {
  if (before === undefined) delete process.env["NABLA_CACHE"];
  else process.env["NABLA_CACHE"] = before;
  rmSync(folder, { recursive: true });
});

async function train(...args: readonly string[]): Promise<{ code: number; output: string; errors: string }> {
  const terminal = recordingTerminal({ columns: 100 });
  const signals = Object.assign(new EventEmitter(), { exit: () => {} });
  const small = ["--model", "linear", "--limit", "200", "--batch-size", "20", "--threads", "1"];
  const code = await runCommandLine(["train", ...small, ...args], { terminal, signals });
  return { code, output: terminal.output(), errors: terminal.errors() };
}
const last = (output: string): Record<string, unknown> =>
  JSON.parse(output.trimEnd().split("\n").at(-1)!) as Record<string, unknown>;

describe("nabla train", () => {
  it("--dry-run does one batch and keeps nothing", async () => {
    const out = join(folder, "dry");
    const { code, output } = await train("--dry-run", "--out", out);
    expect(code).toBe(0);
    expect(output).toContain("all epochs done: 1 step ");
    expect(output).toMatch(/dry run: one batch .* nothing is kept\n$/);
    expect(existsSync(out)).toBe(false);
  });

  it("--overfit learns images by heart, or says that it could not", async () => {
    const { code, output } = await train("--overfit", "12", "--lr", "0.01", "--json");
    expect([code, last(output)]).toMatchObject([
      0,
      { type: "overfit", images: 12, accuracy: 1, isLearned: true },
    ]);
    const hindered = await train("--overfit", "12", "--lr", "1e-9");
    expect([hindered.code, hindered.output]).toEqual([1, expect.stringContaining("something hinders it")]);
  });

  it("--find-lr suggests a learning rate", async () => {
    const { code, output } = await train("--find-lr");
    expect(code).toBe(0);
    const rate = Number(output.match(/falls fastest at ([\d.e-]+):/)?.[1]);
    expect(rate).toBeGreaterThan(1e-5);
    expect(rate).toBeLessThan(1);
  });

  it("--seeds gives mean and confidence interval", async () => {
    const out = join(folder, "seeds");
    const { code, output } = await train(
      "--seeds",
      "2",
      "--epochs",
      "1",
      "--seed",
      "5",
      "--json",
      "--out",
      out,
    );
    expect(code).toBe(0);
    const { runs, accuracy } = last(output) as {
      runs: { seed: number; accuracy: number }[];
      accuracy: object;
    };
    expect(runs.map(({ seed }) => seed)).toEqual([5, 6]);
    const mean = (runs[0]!.accuracy + runs[1]!.accuracy) / 2;
    expect(accuracy).toMatchObject({ mean: expect.closeTo(mean, 12) });
    const saved = JSON.parse(readFileSync(join(out, "seed-6", "config.json"), "utf8"));
    expect(saved).toMatchObject({ seed: 6 });
  });

  it("takes every optimiser and schedule there is", async () => {
    const runs = [
      "sgd step",
      "adam exponential",
      "adamax oneCycle",
      "nadam cosineRestarts",
      "radam polynomial",
    ];
    for (const run of [
      ...runs,
      "rmsprop cosine",
      "adagrad cosine",
      "adadelta cosine",
      "lion cosine",
      "muon cosine",
    ]) {
      const [optimizer, schedule] = run.split(" ") as [string, string];
      const extra = ["--ema", "0.5", "--accumulate", "2", "--clip-norm", "1", "--checkpoint-every", "1"];
      const args = ["--dry-run", "--optimizer", optimizer, "--schedule", schedule, ...extra];
      expect(await train(...args), run).toMatchObject({ code: 0, errors: "" });
    }
  });

  it("does one of these at a time", async () => {
    const { code, errors } = await train("--dry-run", "--seeds", "2");
    expect([code, errors]).toEqual([
      2,
      expect.stringContaining("--dry-run and --seeds cannot be done together"),
    ]);
    expect((await train("--seeds", "1")).errors).toContain("--seeds must be a whole number of at least 2");
  });
});
