// A tar archive on disk: its table of contents, and single members read from their places. Of the archive itself only
// headers are read. Knows nothing of what is in it.
import { type FileHandle, open } from "node:fs/promises";
import { DataError } from "../base/errors.ts";
import { faultIn } from "../formats/fault.ts";
import { type TarMember, walkTar } from "../formats/tar.ts";

// Small members lie close together: reading a stretch ahead saves most reads.
const READ_AHEAD = 2 ** 16;

/** Reads stretches of a file, the last one kept. */
class StretchReader {
  readonly #file: FileHandle;
  #start = 0;
  #bytes: Uint8Array = new Uint8Array(0);

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const at = offset - this.#start;
    if (at >= 0 && at + length <= this.#bytes.length) return this.#bytes.subarray(at, at + length);
    this.#bytes = await readAt(this.#file, offset, Math.max(length, READ_AHEAD));
    this.#start = offset;
    return this.#bytes.subarray(0, length);
  }
}

/** Up to `length` bytes from `offset` on, fewer at the end of the file. */
async function readAt(file: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, offset + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}

async function opened<T>(path: string, action: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw new DataError(
      `${path}: could not be read (${error.code}). Check that it is there and readable.`,
      { path, code: error.code },
      error,
    );
  });
  try {
    return await action(file);
  } finally {
    await file.close();
  }
}

/** Reads the whole of a small member. */
export type ReadMember = (member: TarMember) => Promise<Uint8Array>;

/**
 * Walks the regular files of the archive at `path` in order; `see` may read those it wants. Throws `DataError` where it
 * cannot be read, `FormatError` where it is damaged or cut off.
 */
export function walkTarFile(
  path: string,
  see: (member: TarMember, read: ReadMember) => Promise<void> | void,
): Promise<void> {
  return opened(path, async (file) => {
    const reader = new StretchReader(file);
    const walk = walkTar((await file.stat()).size, path);
    let given: Uint8Array | undefined;
    for (;;) {
      const { value, done } = walk.next(given);
      if (done) return;
      given = undefined;
      if ("name" in value) await see(value, ({ offset, size }) => reader.read(offset, size));
      else given = await reader.read(value.offset, value.length);
    }
  });
}

/** The bytes of one member of the archive at `path`; throws `FormatError` where the archive has become shorter. */
export function readMember(path: string, { name, offset, size }: TarMember): Promise<Uint8Array> {
  return opened(path, async (file) => {
    const bytes = await readAt(file, offset, size);
    if (bytes.length === size) return bytes;
    throw faultIn(path, {
      what: `the archive has changed since it was opened, member ${name} is cut off`,
      where: `byte ${offset}`,
      expected: `${size} bytes`,
      actual: `${bytes.length} bytes`,
      cure: "Leave the archive as it is while it is in use.",
    });
  });
}
