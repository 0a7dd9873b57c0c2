// Holds every file to the house's habits: an opening comment, a bounded length, nothing left to do, named exports.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { listFiles, root, type SourceFile } from "./source-files.ts";

const FOLDERS = ["src", "test", "bench", "examples", "studio", "kernels", "scripts"];
const files = listFiles(FOLDERS, /\.(tsx?|mjs|c|h|cc|wgsl|py)$/);
const scripts = files.filter(({ path }) => /\.(tsx?|mjs)$/.test(path));
const MAX_LINES = 400;

const linesOf = (text: string): string[] => text.replace(/\n$/, "").split("\n");

/** The comment a file opens with, after an interpreter line; empty where it opens with code. */
function openingComment(text: string): string {
  const lines = linesOf(text);
  if (lines[0]?.startsWith("#!")) lines.shift();
  const first = lines[0] ?? "";
  if (first.startsWith("/*")) return lines.join("\n").split("*/")[0] as string;
  const end = lines.findIndex((line) => !/^(\/\/|#)/.test(line));
  return lines.slice(0, end < 0 ? lines.length : end).join("\n");
}

const faults = (rule: (file: SourceFile) => boolean, among: readonly SourceFile[] = files): string[] =>
  among.filter(rule).map(({ path }) => path);

const lacksOpening = ({ text }: SourceFile): boolean => openingComment(text).length < 20;
const isTooLong = ({ text }: SourceFile): boolean =>
  linesOf(text).length > MAX_LINES && !/\b400 lines\b/.test(openingComment(text));
// Written in two halves so that this file does not break its own rule.
const hasLeftover = ({ text }: SourceFile): boolean =>
  new RegExp(`\\b(${"TO"}DO|${"FIX"}ME|${"X"}XX)\\b`).test(text);
const hasDefaultExport = ({ path, text }: SourceFile): boolean =>
  !path.endsWith(".config.ts") && /^export\s+default\b/m.test(text);
const hasBanner = ({ text }: SourceFile): boolean => /^\s*(\/\/|\/\*|\*|#)\s*[-=*#~─═]{6,}/m.test(text);
const isBadlyNamed = ({ path }: SourceFile): boolean =>
  !/^[a-z0-9]+([-._][a-z0-9]+)*$/.test(path.split("/").at(-1) as string) || /(utils?|helpers?)\./.test(path);

describe("every source file", () => {
  it("is found", () => expect(files.length).toBeGreaterThan(5));
  it("opens with a comment that says its role", () => expect(faults(lacksOpening)).toEqual([]));
  it("has at most 400 lines, or says in its opening comment why it is over 400 lines", () =>
    expect(faults(isTooLong)).toEqual([]));
  it("leaves nothing to do", () => expect(faults(hasLeftover)).toEqual([]));
  it("has no default export", () => expect(faults(hasDefaultExport, scripts)).toEqual([]));
  it("has no banners", () => expect(faults(hasBanner)).toEqual([]));
  it("has a lower-case name that is no grab-bag", () => expect(faults(isBadlyNamed)).toEqual([]));
});

describe("the rules catch", () => {
  const file = (text: string, path = "src/a.ts"): SourceFile => ({ path, text });
  it("a file that opens with code", () => {
    expect(
      lacksOpening(file("export const a = 1;\n// a comment, but too late to be the opening one\n")),
    ).toBe(true);
    expect(lacksOpening(file("#!/usr/bin/env node\n// The entry point of the command line.\n"))).toBe(false);
  });
  it("a long file without a reason", () => {
    const body = "x;\n".repeat(401);
    expect(isTooLong(file(`// A table of constants.\n${body}`))).toBe(true);
    expect(isTooLong(file(`// Over 400 lines because it is one table.\n${body}`))).toBe(false);
  });
  it("leftovers, default exports, banners and grab-bags", () => {
    expect(hasLeftover(file(`// ${"TO"}DO: later`))).toBe(true);
    expect(hasDefaultExport(file("export default 1;"))).toBe(true);
    expect(hasBanner(file("// ---------- part two ----------"))).toBe(true);
    expect(isBadlyNamed(file("", "src/base/utils.ts"))).toBe(true);
    expect(isBadlyNamed(file("", "src/base/myFile.ts"))).toBe(true);
  });
});

describe("the README", () => {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  it("shows the example that the tests run", () => {
    const [, ...example] = readFileSync(join(root, "examples/train-digits.ts"), "utf8").trim().split("\n");
    expect(readme).toContain(`\`\`\`ts\n${example.join("\n")}\n\`\`\`\n`);
  });
  it("names only commands and options that there are", () => {
    const commands = readFileSync(join(root, "src/cli/program.ts"), "utf8");
    const options = listFiles(["src/cli/commands"], /\.ts$/)
      .map(({ text }) => text)
      .concat(readFileSync(join(root, "src/cli/context.ts"), "utf8"))
      .join();
    const lines = readme.match(/^nabla .*$/gm) ?? [];
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) {
      const command = line.split(" ")[1] as string;
      expect(commands).toContain(`"./commands/${command}.ts"`);
      for (const [option] of line.matchAll(/--[a-z-]+/g)) expect(options, line).toContain(option);
    }
  });
});

describe("package.json", () => {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<
    string,
    Record<string, string> | undefined
  >;
  it("pins every dependency to one version", () => {
    const ranges = Object.entries({ ...manifest["dependencies"], ...manifest["devDependencies"] });
    expect(ranges.filter(([, version]) => !/^\d/.test(version))).toEqual([]);
  });
  it("has the scripts the documents name", () => {
    const names = ["build", "prepare", "start", "test", "check", "bench", "format"];
    expect(Object.keys(manifest["scripts"] ?? {})).toEqual(expect.arrayContaining(names));
  });
});
