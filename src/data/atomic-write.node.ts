// Writes a file so that its name holds either the old bytes or all of the new ones, whatever happens in between.
// Knows nothing of what is written.
import { randomBytes } from "node:crypto";
import { type FileHandle, open, rename, rm, rmdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { DataError, NablaError } from "../base/errors.ts";
import { makeFolder } from "./make-folder.node.ts";

/** What to write: bytes, text, or a function that writes to the open file piece by piece. */
export type AtomicContent = Uint8Array | string | ((file: FileHandle) => Promise<void>);

/**
 * Writes `path` by way of a temporary file in the same folder: write, fsync, rename, fsync of the folder. Folders are
 * made as needed. On failure or abort the temporary file and the folders made for it are removed and `path` is as before;
 * throws `DataError`, the signal's reason, or what `content` threw.
 */
export async function atomicWrite(
  path: string,
  content: AtomicContent,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${process.pid}.${randomBytes(6).toString("hex")}.tmp`);
  let made: readonly string[] = [];
  try {
    signal?.throwIfAborted();
    made = await makeFolder(folder);
    const file = await open(temporary, "wx");
    try {
      if (typeof content === "function") await content(file);
      else await file.writeFile(content, signal ? { signal } : {});
      signal?.throwIfAborted();
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncFolder(folder);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    // Fails, as it should, where somebody else has put something there.
    for (const empty of made) await rmdir(empty).catch(() => undefined);
    if (signal?.aborted) throw signal.reason;
    throw error instanceof NablaError ? error : unwritable(path, error);
  }
}

/** Makes the rename itself survive a power cut; Windows has no such call for folders. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Only failures of the file system become a `DataError`; a fault inside the caller's function stays what it is. */
function unwritable(path: string, error: unknown): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (typeof code !== "string" || typeof syscall !== "string") return error;
  const cure = code === "ENOSPC" ? "Free some space" : "Check the folder's permissions";
  return new DataError(
    `${path}: could not be written (${code}). ${cure} or choose another folder.`,
    { path, code },
    error,
  );
}
