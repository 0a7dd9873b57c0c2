// `nabla export` and `nabla import`: a trained run to ONNX and back gives the same score; mistakes leave nothing behind.
import { EventEmitter } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommandLine } from "../../src/cli/program.ts";
import { recordingTerminal } from "../../src/cli/terminal.ts";
import { decodeModel } from "../../src/train/index.ts";

const folder = mkdtempSync(join(tmpdir(), "nabla-export-"));
const at = (name: string): string => join(folder, name);
const before = process.env["NABLA_CACHE"];

async function nabla(...args: string[]): Promise<{ code: number; output: string; errors: string }> {
  const terminal = recordingTerminal();
  const signals = Object.assign(new EventEmitter(), { exit: () => {} });
  const code = await runCommandLine(args, { terminal, signals });
  return { code, output: terminal.output(), errors: terminal.errors() };
}

const score = async (path: string): Promise<unknown> => {
  const { output, errors } = await nabla("eval", path, "--limit", "200", "--json");
  expect(errors).toBe("");
  const { accuracy, confusion } = JSON.parse(output) as Record<string, unknown>;
  return { accuracy, confusion };
};

beforeAll(async () => {
  process.env["NABLA_CACHE"] = at("cache");
  const small = ["--model", "linear", "--limit", "400", "--epochs", "2", "--batch-size", "20", "--quiet"];
  expect((await nabla("train", ...small, "--out", at("run"))).code).toBe(0);
});
afterAll(() => {
  if (before === undefined) delete process.env["NABLA_CACHE"];
  else process.env["NABLA_CACHE"] = before;
  rmSync(folder, { recursive: true });
});

describe("a run", () => {
  it("goes to ONNX and comes back as a run with the same score", async () => {
    expect(await nabla("export", at("run"), "--out", at("net.onnx"))).toMatchObject({ code: 0, errors: "" });
    const { code, output } = await nabla("import", at("net.onnx"), "--out", at("imported"));
    expect([code, output]).toEqual([0, `${at("imported")}: 10 classes of 1×28×28 images, 7850 parameters\n`]);
    const wanted = await score(at("run"));
    expect(await score(at("imported"))).toEqual(wanted);
    expect(await score(at("net.onnx"))).toEqual(wanted);
  });
  it("goes to ONNX that takes numbers, and to weights alone", async () => {
    await nabla("export", at("run"), "--input", "float32", "--out", at("floats.onnx"));
    expect(await score(at("floats.onnx"))).toEqual(await score(at("run")));
    const told = await nabla(
      "export",
      at("run"),
      "--format",
      "safetensors",
      "--out",
      at("w.safetensors"),
      "--json",
    );
    expect(JSON.parse(told.output)).toMatchObject({ type: "export", files: [at("w.safetensors")] });
    expect((await decodeModel(readFileSync(at("w.safetensors")))).zoo).toBe("linear");
  });
  it("goes to a program beside its weights, an imported one too", async () => {
    await nabla("export", at("run"), "--format", "typescript", "--out", at("program"));
    expect(readdirSync(at("program")).sort()).toEqual(["model.safetensors", "net.mts"]);
    expect(readFileSync(join(at("program"), "net.mts"), "utf8")).toContain('nn.zoo["linear"]');
    await nabla("import", at("net.onnx"), "--out", at("other"));
    await nabla("export", at("other"), "--format", "typescript", "--out", at("program-2"));
    expect(readdirSync(at("program-2")).sort()).toEqual(["model.onnx", "net.mts"]);
  });
});

describe("a mistake", () => {
  it("in the file leaves no run behind", async () => {
    writeFileSync(at("no.onnx"), "no model");
    for (const [file, message] of [
      [at("no.onnx"), /no\.onnx: .*is damaged or no ONNX model/],
      [at("missing.onnx"), /missing\.onnx: is no file/],
    ] as const) {
      const { code, errors } = await nabla("import", file, "--out", at("new"));
      expect([code, errors]).toEqual([1, expect.stringMatching(message)]);
      expect(existsSync(at("new"))).toBe(false);
    }
  });
  it("in the names or the folder is told of", async () => {
    const names = await nabla("import", at("net.onnx"), "--out", at("new"), "--classes", "a,b");
    expect(names.errors).toMatch(/tells 10 classes apart, 2 names were given/);
    const taken = await nabla("import", at("net.onnx"), "--out", at("run"));
    expect([taken.code, taken.errors]).toEqual([2, expect.stringMatching(/holds a run already.*--out/)]);
    const format = await nabla("export", at("run"), "--format", "pickle");
    expect([format.code, format.errors]).toEqual([2, expect.stringMatching(/onnx, safetensors, typescript/)]);
    expect((await nabla("export", at("nowhere"))).errors).toMatch(/nowhere: does not exist/);
  });
});
