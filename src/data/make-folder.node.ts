// Makes a folder with those above it. In place of mkdir's own recursion, which on Node 20 never ends where a file system
// answers "no such folder" for a name inside a folder that exists, as /proc does. Knows nothing of what goes there.
import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

/** Makes the folder `path` and those above it as needed; throws the system's error (ENOTDIR, EACCES, …) where it cannot. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const parent = dirname(path);
    if (code !== "ENOENT" || parent === path) {
      if (await isFolder(path)) return;
      throw error;
    }
    await makeFolder(parent);
    // Made by another process meanwhile is made too.
    await mkdir(path).catch(async (again: unknown) => {
      if (!(await isFolder(path))) throw again;
    });
  }
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
