// Where downloaded and generated data is kept between runs. Creates nothing; knows nothing of data sets.
import { homedir } from "node:os";
import { join, resolve } from "node:path";

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

/** Folders to look for published data in, best first: the one given, then `NABLA_DATA`. The cache comes after these. */
export function dataFolders(dataDir: string | undefined, environment: Environment = process.env): string[] {
  const given = [dataDir, environment["NABLA_DATA"]].filter((dir) => dir !== undefined && dir !== "");
  return [...new Set(given.map((dir) => resolve(dir as string)))];
}
