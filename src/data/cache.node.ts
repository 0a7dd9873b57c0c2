// Where downloaded and generated data is kept between runs, and where else it is looked for. Creates nothing; knows
// nothing of data sets.
import { stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { DataError } from "../base/errors.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The folder of the user's cache: `NABLA_CACHE`, else `%LOCALAPPDATA%\nabla` on Windows, else `XDG_CACHE_HOME/nabla`,
 * else `~/.cache/nabla`.
 */
export function cacheDir(
  environment: Environment = process.env,
  platform: string = process.platform,
): string {
  const { NABLA_CACHE: own, XDG_CACHE_HOME: xdg, LOCALAPPDATA: local } = environment;
  if (own) return resolve(own);
  if (platform === "win32" && local) return join(local, "nabla");
  return xdg ? join(xdg, "nabla") : join(homedir(), ".cache", "nabla");
}

/** The folder to look for published data in before the cache: the one given, else `NABLA_DATA`, else none. */
export function dataFolder(
  dataDir: string | undefined,
  environment: Environment = process.env,
): string | undefined {
  const folder = dataDir || environment["NABLA_DATA"];
  return folder ? resolve(folder) : undefined;
}

/** Throws `DataError` where a folder of data was given that is none: a slip of the pen must not lead to other data. */
export async function checkDataDir(dataDir: string | undefined): Promise<void> {
  if (!dataDir) return;
  const isFolder = await stat(dataDir).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isFolder) return;
  throw new DataError(
    `data folder ${dataDir}: there is no such folder. Give one that exists, or leave --data-dir out.`,
    { dataDir },
  );
}

/** That a folder of data was given and does not hold the set; `files` names what was looked for. */
export const notInDataDir = (name: string, dataDir: string, files: string): DataError =>
  new DataError(
    `${name}: ${dataDir} has no ${files}, neither itself nor in a sub-folder ${name}. ` +
      "Give the folder that has, or leave --data-dir out.",
    { name, dataDir },
  );
