// SHA-256, the sum by which files of data are told from one another. Knows nothing of files.
import { createHash } from "node:crypto";

/** Hexadecimal SHA-256 of the parts, one after another. */
export function sha256(...parts: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}
