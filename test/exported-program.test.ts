// The TypeScript that `nabla export` writes, run as a user runs it: in a project of its own that has the package.
// Reads dist/, which `npm test` builds first.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "./source-files.ts";

const project = mkdtempSync(join(tmpdir(), "nabla-program-"));
const environment = { ...process.env, NABLA_CACHE: join(project, "cache"), NO_COLOR: "1" };
const run = (...args: readonly string[]): string =>
  execFileSync(process.execPath, args, { cwd: project, env: environment, encoding: "utf8" });
const nabla = (...args: readonly string[]): string => run(join(root, "dist/cli/main.js"), ...args);
const tsx = ["--import", pathToFileURL(join(root, "node_modules/tsx/dist/loader.mjs")).href];

beforeAll(async () => {
  mkdirSync(join(project, "node_modules"));
  symlinkSync(root, join(project, "node_modules", "nabla"), "junction");
  const small = ["--model", "linear", "--limit", "2000", "--epochs", "3", "--quiet"];
  nabla("train", ...small, "--out", "run");
  // A one: a dark stroke on white paper.
  const stroke = Buffer.from(
    '<svg width="64" height="64"><path d="M32 8V56" stroke="#000" stroke-width="6"/></svg>',
  );
  await sharp(stroke).flatten({ background: "#fff" }).png().toFile(join(project, "one.png"));
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

describe("an exported program", () => {
  it("reads a picture as the run does", () => {
    nabla("export", "run", "--format", "typescript", "--out", "program");
    const [prediction] = JSON.parse(nabla("predict", "run", "one.png", "--json")).classes as [
      { label: string; probability: number },
    ];
    const share = `${(100 * prediction.probability).toFixed(1)} %`;
    expect(run(...tsx, "program/net.mts", "one.png")).toBe(`one.png  ${prediction.label}  ${share}\n`);
  });
  it("does so from an imported network too", () => {
    nabla("export", "run", "--out", "net.onnx");
    nabla("import", "net.onnx", "--out", "imported");
    nabla("export", "imported", "--format", "typescript", "--out", "other");
    expect(run(...tsx, "other/net.mts", "one.png")).toBe(run(...tsx, "program/net.mts", "one.png"));
  });
});
