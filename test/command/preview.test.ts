// `nabla data preview`: the sheet it writes, with and without augmentation, and what mistakes leave behind: nothing.
import { EventEmitter } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { runCommandLine } from "../../src/cli/program.ts";
import { recordingTerminal } from "../../src/cli/terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "nabla-preview-"));
beforeAll(() => {
  vi.stubEnv("NABLA_CACHE", join(folder, "cache"));
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});
const out = join(folder, "sheet.png");

async function preview(...args: string[]): Promise<{ code: number; output: string; errors: string }> {
  const terminal = recordingTerminal({ columns: 80 });
  const signals = Object.assign(new EventEmitter(), { exit: () => {} });
  const all = ["data", "preview", ...args, "--out", out, "--threads", "1"];
  const code = await runCommandLine(all, { terminal, signals });
  return { code, output: terminal.output(), errors: terminal.errors() };
}
const small = ["digits", "--limit", "60", "--count", "3"];

it("draws so many images of each class, and beside them what augmentation makes of them, the same each time", async () => {
  const plain = await preview(...small);
  expect(plain).toEqual({ code: 0, output: `${out}: 30 images, a row for each class\n`, errors: "" });
  const alone = await sharp(out).metadata();
  expect([alone.format, alone.height]).toEqual(["png", 8 + 10 * (2 * 28 + 8)]);
  const told = await preview(...small, "--augment", "affine,elastic", "--json");
  expect(JSON.parse(told.output)).toMatchObject({ type: "preview", images: 30, classes: 10, file: out });
  const both = readFileSync(out);
  expect((await sharp(out).metadata()).width).toBe(alone.width! + 3 * (2 * 28 + 1));
  await preview(...small, "--augment", "affine,elastic");
  expect(readFileSync(out).equals(both)).toBe(true);
  await preview(...small, "--augment", "affine,elastic", "--seed", "2");
  expect(readFileSync(out).equals(both)).toBe(false);
});

it("answers a mistake with code 2 or 1 and no file", async () => {
  rmSync(out, { force: true });
  for (const [args, message] of [
    [["--augment", "elastik"], 'augment: "elastik" is unknown. Did you mean "elastic"?'],
    [["--count", "0"], "preview: --count must be a whole number from 1 to 1000, it is 0."],
    [["--count", "1e9"], "it is 1000000000."],
    [["--part", "validation"], "Allowed choices are train, test."],
  ] as const) {
    const { code, errors } = await preview("digits", "--limit", "20", ...args);
    expect(code).toBeGreaterThan(0);
    expect(errors).toContain(message);
    expect(existsSync(out)).toBe(false);
  }
});

it("leaves nabla data itself as it is", async () => {
  const terminal = recordingTerminal({ columns: 80 });
  const signals = Object.assign(new EventEmitter(), { exit: () => {} });
  const args = ["data", "digits", "--limit", "10", "--show", "0"];
  expect(await runCommandLine(args, { terminal, signals })).toBe(0);
  expect(terminal.output()).toMatch(/^digits: images of 1.28.28\n/);
});
