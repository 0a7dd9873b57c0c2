// Training on pictures from the command line: a CSV file, tar shards as a stream, sizes that differ, what a set holds.
import { EventEmitter } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { runCommandLine } from "../../src/cli/program.ts";
import { recordingTerminal } from "../../src/cli/terminal.ts";
import { pictureBytes } from "../pictures.ts";
import { type Member, tarOf } from "../tar-archive.ts";

const root = mkdtempSync(join(tmpdir(), "nabla-pictures-"));
const at = (name: string): string => join(root, name);
const COUNT = 90;

beforeAll(async () => {
  vi.stubEnv("NABLA_CACHE", at("cache"));
  const rows = ["path,label"];
  const members: Member[] = [];
  for (let i = 0; i < COUNT; i++) {
    // Of three pictures one is light.
    const bytes = await pictureBytes(i % 3 === 0 ? 200 + (i % 40) : 20 + (i % 60));
    writeFileSync(at(`${i}.png`), bytes);
    rows.push(`${i}.png,${i % 3 === 0 ? "light" : "dark"}`);
    const key = String(i).padStart(3, "0");
    members.push({ name: `${key}.png`, bytes });
    members.push({ name: `${key}.cls`, bytes: new TextEncoder().encode(i % 3 === 0 ? "light" : "dark") });
  }
  writeFileSync(at("photos.csv"), rows.join("\n"));
  writeFileSync(at("x-0.tar"), tarOf(members.slice(0, COUNT)));
  writeFileSync(at("x-1.tar"), tarOf(members.slice(COUNT)));
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true });
});

/** Runs a command; a run is interrupted after the event that `stopAfter` is the beginning of. */
async function nabla(args: readonly string[], stopAfter?: string) {
  const terminal = recordingTerminal({ columns: 100 });
  const signals = Object.assign(new EventEmitter(), { exit: () => {} });
  const write = (text: string): void => {
    terminal.write(text);
    if (stopAfter !== undefined && text.startsWith(stopAfter)) signals.emit("SIGINT");
  };
  const code = await runCommandLine(args, { terminal: { ...terminal, write }, signals });
  return { code, output: terminal.output(), errors: terminal.errors() };
}
const records = (output: string) =>
  output
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const SMALL = ["--model", "linear", "--epochs", "4", "--batch-size", "8", "--threads", "1", "--lr", "0.03"];
const modelOf = (run: string): Buffer => readFileSync(join(run, "model.safetensors"));

it("learns from a CSV file, in memory and as a stream alike, and scores it", async () => {
  const inMemory = await nabla(["train", "--data", at("photos.csv"), ...SMALL, "--out", at("a"), "--json"]);
  expect([inMemory.code, inMemory.errors]).toEqual([
    0,
    expect.stringContaining("18 of 90 pictures were held out"),
  ]);
  const { accuracy } = records(inMemory.output).find(({ type }) => type === "evaluation")!;
  expect(accuracy).toBe(1);
  const scored = await nabla(["eval", at("a"), "--data", at("x-{0..1}.tar"), "--json"]);
  expect(records(scored.output)[0]).toMatchObject({ accuracy: 1, count: 18 });
});

it("goes on with a stream within an epoch as if it had never stopped", async () => {
  const args = [
    "train",
    "--data",
    at("x-{0..1}.tar"),
    ...SMALL,
    "--balanced",
    "--shuffle-buffer",
    "20",
    "--json",
  ];
  const whole = await nabla([...args, "--out", at("whole")]);
  expect(whole.code).toBe(0);
  const cut = await nabla(
    [...args, "--out", at("cut"), "--checkpoint-every", "3"],
    '{"type":"checkpoint","step":11',
  );
  expect(cut.code).toBe(130);
  const resumed = await nabla(["train", "--resume", at("cut"), "--json"]);
  expect(resumed.code).toBe(0);
  expect(records(resumed.output).find(({ type }) => type === "start")).toMatchObject({ step: 11 });
  expect(modelOf(at("cut")).equals(modelOf(at("whole")))).toBe(true);
});

it("takes validation and test from sources of their own", async () => {
  const own = ["--validation-data", at("x-0.tar"), "--test-data", at("photos.csv")];
  const args = ["train", "--data", at("x-{0..1}.tar"), ...own, ...SMALL, "--out", at("own"), "--json"];
  const { code, output } = await nabla(args);
  expect(code).toBe(0);
  const told = records(output);
  expect(told.find(({ type }) => type === "start")).toMatchObject({ trainImages: 90, validationImages: 45 });
  expect(told.find(({ type }) => type === "evaluation")).toMatchObject({ count: 90 });
  writeFileSync(at("other.csv"), "0.png,light\n1.png,grey\n");
  const refused = await nabla([
    "train",
    "--data",
    at("photos.csv"),
    "--test-data",
    at("other.csv"),
    ...SMALL,
  ]);
  expect([refused.code, refused.errors]).toEqual([
    1,
    expect.stringContaining('other.csv: has the class "grey", photos has dark, light.'),
  ]);
  const named = await nabla(["train", "--data", "digits", "--test-data", at("other.csv"), ...SMALL]);
  expect([named.code, named.errors]).toEqual([2, expect.stringContaining("digits is held in memory")]);
});

it("tells what a set of shards holds", async () => {
  const { output } = await nabla(["data", at("x-{0..1}.tar"), "--size", "1x8x8", "--show", "1", "--json"]);
  expect(records(output)[0]).toMatchObject({
    ...{ shape: [1, 8, 8], classes: ["dark", "light"], shards: 2, train: 72, test: 18 },
    perClass: { train: [48, 24], test: [12, 6] },
  });
  const text = await nabla(["data", at("x-{0..1}.tar")]);
  expect(text.output).toContain(": images of 3×7×9, streamed from 2 shards\n");
});

it("refuses pictures of several sizes without --size, and sizes that are none", async () => {
  writeFileSync(at("odd.png"), await pictureBytes(1, { height: 20, width: 10 }));
  writeFileSync(at("odd.csv"), "odd.png,a\n1.png,b\n2.png,a\n3.png,b\n4.png,a\n");
  const refused = await nabla(["train", "--data", at("odd.csv"), ...SMALL]);
  expect([refused.code, refused.errors]).toEqual([1, expect.stringContaining("--size ")]);
  const wrong = await nabla(["train", "--data", at("odd.csv"), "--size", "3x5"].concat("--epochs", "0"));
  expect([wrong.code, wrong.errors]).toEqual([2, expect.stringContaining("--epochs")]);
  const none = await nabla(["data", at("odd.csv"), "--size", "0x5"]);
  expect([none.code, none.errors]).toEqual([2, expect.stringContaining("--size must be pixels as in 64")]);
  const taken = await nabla(["data", at("odd.csv"), "--size", "3x5", "--json"]);
  expect(records(taken.output)[0]).toMatchObject({ shape: [3, 3, 5] });
});
