// What this code and the kernels' build script agree on: where it lies, and the digest that built kernels carry of the
// instructions they understand. Knows nothing of hosts.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

// src/device/cpu and dist/device/cpu lie equally deep, so these hold for both.
const pathTo = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** What builds the kernels, named in full, as the package may lie in somebody's node_modules. */
export const BUILD_SCRIPT = pathTo("scripts/build-kernels.mjs");

/** The sources that say what an instruction is. */
const INTERFACE = ["kernels/instructions.h", "kernels/opcodes.h"];

/** The digest of the instructions by their sources, as the build script makes it; undefined where they are not there. */
export function interfaceDigest(): string | undefined {
  try {
    const hash = createHash("sha256");
    for (const path of INTERFACE) hash.update(readFileSync(pathTo(path)));
    return hash.digest("hex").slice(0, 16);
  } catch {
    return undefined;
  }
}
