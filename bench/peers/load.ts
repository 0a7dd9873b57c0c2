// Finds other packages to compare with in the folder that NABLA_PEERS names, so that none is a dependency.
import { createRequire } from "node:module";
import { join } from "node:path";

const told = new Set<string>();

function tellOnce(line: string): void {
  if (!told.has(line)) console.log(line);
  told.add(line);
}

const requireFrom = () => createRequire(join(process.env["NABLA_PEERS"] ?? "", "package.json"));

/** The file a package of that folder is loaded from. */
export const peerPath = (name: string): string => requireFrom().resolve(name);

/** The package, or undefined, with one line saying so. */
export function loadPeer<T>(name: string): T | undefined {
  if (process.env["NABLA_PEERS"] === undefined) {
    tellOnce(`${name} is left out: NABLA_PEERS names no folder with other packages.`);
    return undefined;
  }
  try {
    return requireFrom()(name) as T;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    tellOnce(`${name} is left out: ${reason}`);
    return undefined;
  }
}
