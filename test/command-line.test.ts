// The built command as a process of its own: its exit codes, signals and streams. `npm test` builds it first.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { root } from "./source-files.ts";

const folder = mkdtempSync(join(tmpdir(), "nabla-command-"));
afterAll(() => rmSync(folder, { recursive: true }));
const main = join(root, "dist", "cli", "main.js");

interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

type Kill = (signal: NodeJS.Signals) => void;

/** Runs the command; `onLine` may send it a signal when it sees a line, `onErrors` when something is told beside. */
function nabla(
  args: readonly string[],
  onLine: (line: string, kill: Kill) => void,
  onErrors: (kill: Kill) => void = () => {},
) {
  return new Promise<Ended>((resolve) => {
    const child = spawn(process.execPath, [main, ...args], { env: { ...process.env, NABLA_CACHE: folder } });
    let [output, errors, seen] = ["", "", 0];
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      const lines = output.split("\n").slice(0, -1);
      for (const line of lines.slice(seen)) onLine(line, (signal) => child.kill(signal));
      seen = lines.length;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
      onErrors((signal) => child.kill(signal));
    });
    child.on("close", (code) => resolve({ code, output, errors }));
  });
}

const LONG = ["train", "--model", "linear", "--limit", "2000", "--epochs", "100000", "--json"];

it("is built", () => expect(existsSync(main), "npm run build makes dist/").toBe(true));

it("answers --help on standard output and mistakes on standard error", async () => {
  const help = await nabla(["--help"], () => {});
  expect([help.code, help.errors]).toEqual([0, ""]);
  expect(help.output).toContain("train");
  const mistake = await nabla(["trian"], () => {});
  expect([mistake.code, mistake.output]).toEqual([2, ""]);
  expect(mistake.errors).toContain("Did you mean train?");
});

it.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("saves and says how to go on after %s, with code %i", async (signal, expected) => {
  const run = join(folder, signal);
  let isSent = false;
  const { code, output, errors } = await nabla([...LONG, "--out", run], (line, kill) => {
    if (isSent || !line.startsWith('{"type":"step"')) return;
    isSent = true;
    kill(signal);
  });
  expect([code, errors]).toEqual([expected, "finishing this step and saving; once more to stop at once\n"]);
  const last = output.trimEnd().split("\n").at(-1) as string;
  expect(JSON.parse(last)).toEqual({ type: "interrupted", folder: run });
  expect(existsSync(join(run, "checkpoint.safetensors"))).toBe(true);
});

it("saves a run whose reader went away, with the code of a broken pipe", async () => {
  const run = join(folder, "head");
  const child = spawn(process.execPath, [main, ...LONG, "--out", run], {
    env: { ...process.env, NABLA_CACHE: folder },
    stdio: ["ignore", "pipe", "ignore"],
  });
  child.stdout.once("data", () => child.stdout.destroy());
  const code = await new Promise((resolve) => child.on("close", resolve));
  expect(code).toBe(141);
  expect(existsSync(join(run, "checkpoint.safetensors"))).toBe(true);
});

it("is killed and gone on with, byte for byte as if it never stopped", async () => {
  const args = ["train", "--model", "linear", "--limit", "2000", "--epochs", "12", "--optimizer", "nadam"];
  const options = ["--augment", "--ema", "0.9", "--checkpoint-every", "3", "--json"];
  const [whole, killed] = [join(folder, "whole"), join(folder, "killed")];
  await nabla([...args, ...options, "--out", whole], () => {});
  let [saved, isKilled] = [0, false];
  const first = await nabla([...args, ...options, "--out", killed], (line, kill) => {
    // Some checkpoints into the run, wherever it then is: in a step, or while it writes.
    if (!line.startsWith('{"type":"checkpoint"') || ++saved < 12 || isKilled) return;
    isKilled = true;
    kill("SIGKILL");
  });
  expect([first.code, isKilled]).toEqual([null, true]);
  expect(existsSync(join(killed, "model.safetensors"))).toBe(false);
  const second = await nabla(["train", "--resume", killed, "--quiet"], () => {});
  expect([second.code, second.errors]).toEqual([0, ""]);
  for (const file of ["checkpoint.safetensors", "model.safetensors", "evaluation.json"]) {
    const bytes = (run: string): Buffer => readFileSync(join(run, file));
    expect(bytes(killed).equals(bytes(whole)), file).toBe(true);
  }
}, 180_000);

it("ends at once at the second signal, with its code and not that of the first", async () => {
  // A step of seconds, so that the second signal comes while the first waits for its end.
  const slow = ["train", "--model", "deepMlp", "--limit", "8000", "--batch-size", "7000", "--json"];
  let [sent, told] = [0, 0];
  const { code } = await nabla(
    [...slow, "--out", join(folder, "twice")],
    (line, kill) => {
      if (sent > 0 || !line.startsWith('{"type":"start"')) return;
      sent++;
      kill("SIGINT");
    },
    // Signals sent together arrive in any order: the second follows what is told of the first.
    (kill) => {
      if (sent > 0 && told++ === 0) kill("SIGTERM");
    },
  );
  expect([sent, code]).toEqual([1, 143]);
  expect(existsSync(join(folder, "twice", "model.safetensors"))).toBe(false);
});
