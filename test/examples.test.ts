// Runs the examples as a reader would, and checks what they print.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { root } from "./source-files.ts";

const run = promisify(execFile);

async function output(name: string, ...args: string[]): Promise<string> {
  const file = join(root, "examples", name);
  const { stdout } = await run(process.execPath, ["--import", "tsx", file, ...args], { cwd: root });
  return stdout;
}

describe("the example", () => {
  it("descent.ts shows every way a descent can go", async () => {
    const text = await output("descent.ts");
    expect(text).toContain("η = 0.1: 4, 3.2, 2.56, 2.048");
    expect(text).toContain("η = 0.5: 4, 0, 0 … ended by step-norm after 2 steps");
    expect(text).toMatch(/η = 1: 4, -4, 4, -4, 4 … ended by max-steps .* eta = 1 is too large/);
    expect(text).toMatch(/η = 1\.1: minimize: diverged at step \d+/);
    expect(text).toMatch(/step 400: a = 2\.0000, b = 1\.0000/);
  });

  it("hand-checked-graph.ts agrees with its own arithmetic and counts edges and paths", async () => {
    const text = await output("hand-checked-graph.ts");
    expect(text).toMatch(/w11 +-10 +-10 +-10\.000000/);
    expect(text).toContain("22 partial derivatives, each computed once; 8 paths");
    expect(text).toMatch(/32 +260 +8589934592/);
  });

  it("train-digits.ts learns to read digits", async () => {
    const text = await output("train-digits.ts", "3000");
    const accuracy = /test: (0\.\d+) of 600 images read right/.exec(text)?.[1];
    expect(Number(accuracy)).toBeGreaterThan(0.8);
  });
});
