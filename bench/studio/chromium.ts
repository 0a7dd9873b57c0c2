// Where this machine has a Chromium, for tests and measurements of the studio.
import { existsSync } from "node:fs";

const USUAL = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The path of Chromium: what NABLA_CHROMIUM says, or one of the usual places. Throws where there is none. */
export function findChromium(): string {
  const found = [process.env["NABLA_CHROMIUM"], ...USUAL].find((path) => path && existsSync(path));
  if (found) return found;
  throw new Error(
    `studio: no Chromium at ${USUAL.join(", ")}. Install it (Debian: apt-get install chromium) or name one in NABLA_CHROMIUM.`,
  );
}
