// Opens files below a folder and nowhere else, whatever the name given and whatever links lie there.
// Knows nothing of what the files are.
import { constants } from "node:fs";
import { type FileHandle, open, realpath } from "node:fs/promises";
import { join, sep } from "node:path";

/** Whether a path is of plain names only: no way up, no hidden file, no drive, nothing that a file system reads apart. */
export function isPlainPath(path: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that must not be in a name.
  const isPlain = (name: string) => name !== "" && !name.startsWith(".") && !/[\\:\u0000-\u001f]/.test(name);
  return path.length <= 1024 && path.split("/").every(isPlain);
}

/** The real path of `path` below the folder `root`; undefined where there is none or it leads elsewhere. */
export async function resolveBelow(root: string, path: string): Promise<string | undefined> {
  if (!isPlainPath(path)) return undefined;
  try {
    const [real, base] = await Promise.all([realpath(join(root, path)), realpath(root)]);
    return real.startsWith(base.endsWith(sep) ? base : base + sep) ? real : undefined;
  } catch {
    return undefined;
  }
}

/** An open file and its size. */
export interface OpenFile {
  readonly handle: FileHandle;
  readonly size: number;
  readonly modified: number;
}

// A link that was put in the place of the file meanwhile is not followed; a pipe does not make the opening wait.
const READ = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Opens a file below `root` for reading; undefined where there is no such plain file. The caller closes it. */
export async function openBelow(root: string, path: string): Promise<OpenFile | undefined> {
  const real = await resolveBelow(root, path);
  if (real === undefined) return undefined;
  let handle: FileHandle;
  try {
    handle = await open(real, READ);
  } catch {
    return undefined;
  }
  const found = await handle.stat();
  if (found.isFile()) return { handle, size: found.size, modified: found.mtimeMs };
  await handle.close();
  return undefined;
}

/** Up to `length` bytes of an open file from `position` on. */
export async function readAt({ handle }: OpenFile, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}

/** The text of a file of at most `most` bytes below `root`; undefined where there is none or it is larger. */
export async function readTextBelow(root: string, path: string, most: number): Promise<string | undefined> {
  const file = await openBelow(root, path);
  if (file === undefined) return undefined;
  try {
    return file.size > most ? undefined : new TextDecoder().decode(await readAt(file, 0, file.size));
  } finally {
    await file.handle.close();
  }
}

/** The JSON in such a file; undefined also where it is no JSON. */
export async function readJsonBelow(root: string, path: string, most: number): Promise<unknown> {
  try {
    return JSON.parse((await readTextBelow(root, path, most)) ?? "") as unknown;
  } catch {
    return undefined;
  }
}
