// The kernels of every instruction set this machine has, not only of the best one: each in a process of its own.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const run = promisify(execFile);
const script = fileURLToPath(new URL("check-devices.ts", import.meta.url));
const root = fileURLToPath(new URL("..", import.meta.url));

/** What the check says for one instruction set; undefined where the machine or the build lacks it. */
async function check(isa: string): Promise<string | undefined> {
  const env = { ...process.env, NABLA_ISA: isa, NODE_OPTIONS: "" };
  try {
    return (await run(process.execPath, ["--import", "tsx", script], { cwd: root, env })).stdout;
  } catch (error) {
    const { stderr } = error as { stderr: string };
    if (/NABLA_ISA/.test(stderr)) return undefined;
    throw error;
  }
}

describe("every instruction set", () => {
  it.each(["avx512", "avx2", "neon", "baseline", "wasm", "wasm_relaxed"])(
    "%s, where the machine has it, computes every op and gradient as the oracle does",
    async (isa) => {
      const said = await check(isa);
      // These are everywhere; the others must at least refuse rather than compute with something else.
      if (isa === "baseline" || isa === "wasm") expect(said).toBeDefined();
      if (said !== undefined) expect(said).toMatch(new RegExp(`^${isa}: \\d{3,} graphs, 0 faults`));
    },
  );
});
