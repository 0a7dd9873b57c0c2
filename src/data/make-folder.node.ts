// Makes a folder with those above it. In place of mkdir's own recursion, which on Node 20 never ends where a file system
// answers "no such folder" for a name inside a folder that exists, as /proc does. Knows nothing of what goes there.
import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Makes the folder `path` and those above it as needed, and gives those that it made, the deepest first; throws the
 * system's error (ENOTDIR, EACCES, …) where it cannot.
 */
export async function makeFolder(path: string): Promise<readonly string[]> {
  try {
    return await makeInside(path);
  } catch (error) {
    const parent = dirname(path);
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || parent === path) throw error;
    const above = await makeFolder(parent);
    return [...(await makeInside(path)), ...above];
  }
}

/** Makes one folder in a parent that is there; one that another process has made meanwhile is there too. */
async function makeInside(path: string): Promise<readonly string[]> {
  try {
    await mkdir(path);
    return [path];
  } catch (error) {
    if (await isFolder(path)) return [];
    throw error;
  }
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
