// C programs of the benchmark, compiled when first needed and kept in the packages' cache. Knows nothing of what they do.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const here = fileURLToPath(new URL(".", import.meta.url));

/** Folder for what may be made again at any time. */
export const cache = fileURLToPath(new URL("../node_modules/.cache/", import.meta.url));

/** Compiles a C file of this folder with `$CC` or cc; gives the program's path, undefined where that fails. */
export async function compileNative(source: string, flags: readonly string[]): Promise<string | undefined> {
  const path = join(here, source);
  const key = createHash("sha256")
    .update(readFileSync(path))
    .update(flags.join(" "))
    .digest("hex")
    .slice(0, 16);
  const program = join(cache, `nabla-bench-${key}`);
  if (existsSync(program)) return program;
  mkdirSync(cache, { recursive: true });
  const always = ["-O3", "-march=native", "-pthread", path, "-o", program];
  try {
    await run(process.env["CC"] ?? "cc", [...always, ...flags]);
    return program;
  } catch {
    return undefined;
  }
}

/** What a program prints, as lines of words. */
export async function wordsOf(
  program: string,
  args: readonly (string | number)[],
  environment: Record<string, string> = {},
): Promise<string[][]> {
  const { stdout } = await run(program, args.map(String), { env: { ...process.env, ...environment } });
  return stdout
    .trim()
    .split("\n")
    .map((line) => line.split(/\s+/));
}
