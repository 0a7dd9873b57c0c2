// Reads a file that may be gzipped, within a limit of bytes known beforehand. Knows nothing of what is inside.
import { readFile, stat } from "node:fs/promises";
import { promisify } from "node:util";
import { constants, gunzip } from "node:zlib";
import { DataError, FormatError } from "../base/errors.ts";
import { faultIn } from "../formats/fault.ts";

const gunzipAsync = promisify(gunzip);

/** A plain view of a Buffer's bytes, whose `slice` copies as a typed array's does. */
const plain = (buffer: Uint8Array): Uint8Array =>
  new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

const tooLarge = (path: string, maxBytes: number, actual: string): FormatError =>
  faultIn(path, {
    what: "file is too large",
    where: "whole file",
    expected: `at most ${maxBytes} bytes`,
    actual,
    cure: "Check that it is the right file.",
  });

/**
 * The bytes of the file at `path`, unpacked where they are gzip (told by content, not by name). Throws `DataError`
 * where it cannot be read, `FormatError` where it is larger than `maxBytes` packed or unpacked, or damaged.
 */
export async function readPacked(path: string, maxBytes: number): Promise<Uint8Array> {
  let packed: Uint8Array;
  try {
    const { size } = await stat(path);
    if (size > maxBytes) throw tooLarge(path, maxBytes, `${size} bytes`);
    packed = plain(await readFile(path));
  } catch (error) {
    if (error instanceof FormatError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new DataError(
      `${path}: could not be read (${code}). Check that it is there and readable.`,
      { path, code },
      error,
    );
  }
  if (!isGzip(packed)) return packed;
  try {
    return plain(await gunzipAsync(packed, { maxOutputLength: maxBytes, finishFlush: constants.Z_FINISH }));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(path, maxBytes, "more once unpacked");
    throw faultIn(
      path,
      {
        what: "gzip data is damaged",
        where: "whole file",
        expected: "a complete gzip stream",
        actual: message,
        cure: "Delete the file and fetch it again.",
      },
      error,
    );
  }
}
