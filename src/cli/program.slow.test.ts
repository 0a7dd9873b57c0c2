// Whole command lines: help, mistakes, and the commands that need no engine, through the one way out.
import { EventEmitter } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommandLine } from "./program.ts";
import { recordingTerminal } from "./terminal.ts";

const cache = mkdtempSync(join(tmpdir(), "nabla-cli-"));
const before = process.env["NABLA_CACHE"];
beforeAll(() => {
  process.env["NABLA_CACHE"] = cache;
});
afterAll(() => {
  if (before === undefined) delete process.env["NABLA_CACHE"];
  else process.env["NABLA_CACHE"] = before;
  rmSync(cache, { recursive: true });
});

async function nabla(...args: string[]): Promise<{ code: number; output: string; errors: string }> {
  const terminal = recordingTerminal({ columns: 80 });
  const signals = Object.assign(new EventEmitter(), { exit: () => {} });
  const code = await runCommandLine(args, { terminal, signals });
  return { code, output: terminal.output(), errors: terminal.errors() };
}

const records = (output: string): Record<string, unknown>[] =>
  output
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe("help", () => {
  it("goes to standard output with code 0", async () => {
    const { code, output, errors } = await nabla("--help");
    expect([code, errors]).toEqual([0, ""]);
    expect(output).toMatch(/^Usage: nabla .*Commands:.* data .* doctor /s);
  });
  it("is there for each command", async () => {
    const { code, output } = await nabla("data", "--help");
    expect(code).toBe(0);
    expect(output).toContain("--data-dir <folder>");
    expect(output).toContain("--json");
  });
  it("is what a call without a command gets, as a mistake", async () => {
    const { code, output, errors } = await nabla();
    expect([code, output]).toEqual([2, ""]);
    expect(errors).toContain("Usage: nabla");
  });
  it("has the version of the package", async () => {
    expect((await nabla("--version")).output).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe("a mistake", () => {
  it("in a command or option is answered with the one meant, code 2", async () => {
    const command = await nabla("dta");
    expect([command.code, command.output]).toEqual([2, ""]);
    expect(command.errors).toMatch(/^error: unknown command 'dta'\n\(Did you mean data\?\)/);
    const option = await nabla("data", "--shw", "3");
    expect(option.code).toBe(2);
    expect(option.errors).toContain("Did you mean --show?");
  });
  it("in a value is one line on standard error, code 2", async () => {
    expect(await nabla("data", "digits", "--show", "many")).toEqual({
      code: 2,
      output: "",
      errors: "error: data: --show must be a whole number of at least 0, it is many. Give one.\n",
    });
  });
  it("is a JSON line as well with --json, and a stack with --debug", async () => {
    const { code, output, errors } = await nabla("data", "digts", "--json", "--debug");
    expect(code).toBe(2);
    expect(records(output)).toMatchObject([{ type: "error", code: "NABLA_CONFIG" }]);
    expect(errors).toMatch(/ConfigError: data set: "digts" is unknown\..*\n +at /s);
  });
  it("in the data is code 1", async () => {
    expect((await nabla("data", "./no-such-folder")).code).toBe(1);
  });
});

describe("nabla data", () => {
  it("counts the classes and draws the first images", async () => {
    const { code, output } = await nabla("data", "digits", "--limit", "50", "--show", "2");
    expect(code).toBe(0);
    expect(output).toMatch(/^digits: images of 1×28×28\n\nclass {2}train {2}test\n0 {10}5 {5}5\n/);
    expect(output).toMatch(/\ntotal {5}50 {4}50\n/);
    expect(output).toMatch(/[#%@]{2}/);
  });
  it("is one record with --json", async () => {
    const { output } = await nabla("data", "--limit", "50", "--json");
    expect(records(output)).toMatchObject([
      {
        type: "data",
        name: "digits",
        shape: [1, 28, 28],
        train: 50,
        test: 50,
        perClass: { train: Array(10).fill(5) },
      },
    ]);
  });
});

describe("nabla summary", () => {
  it("shows the layers of a net by name", async () => {
    const { code, output } = await nabla(
      "summary",
      "--model",
      "linear",
      "--shape",
      "1×4×4",
      "--classes",
      "3",
    );
    expect(code).toBe(0);
    expect(output).toMatch(/ linear +3 +51 +96\n/);
    expect(output).toMatch(/\ntotal +51 /);
  });
  it("is one record with --json", async () => {
    const [record] = records((await nabla("summary", "--json")).output);
    expect(record).toMatchObject({ type: "summary", model: "cnn", shape: [1, 28, 28], classes: 10 });
    expect((record!["layers"] as unknown[]).length).toBeGreaterThan(5);
  });
  it("suggests the net meant and explains a shape", async () => {
    expect((await nabla("summary", "--model", "cn")).errors).toContain('Did you mean "cnn"?');
    const { code, errors } = await nabla("summary", "--shape", "28x28");
    expect(code).toBe(2);
    expect(errors).toMatch(/--shape must be channels, height and width, like 1x28x28, it is "28x28"/);
  });
});

describe("nabla doctor", () => {
  it("finds this machine fit, a line a point", async () => {
    const { code, output } = await nabla("doctor");
    expect(code).toBe(0);
    expect(output).toMatch(/^node +good +Node 2\d\./);
    expect(output).toContain(cache);
    const found = records((await nabla("doctor", "--json")).output);
    expect(found.length).toBe(output.trimEnd().split("\n").length);
    expect(found.every(({ type, state }) => type === "finding" && state !== "failure")).toBe(true);
  });
});
