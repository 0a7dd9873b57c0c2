// The regular files in a tar archive (ustar, GNU and pax alike), in order. Enough to read a data set's archive: links,
// folders and extended headers are skipped. Works on bytes already unpacked; writes nothing to disk.
import { faultIn } from "./fault.ts";

const BLOCK = 512;
const CURE = "Fetch the archive again.";

/** One file of an archive; `bytes` is a view of the archive. */
export interface TarEntry {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const textOf = (bytes: Uint8Array): string => {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
};

/** A number field: octal digits between blanks; `undefined` where it is anything else. */
function octalOf(bytes: Uint8Array): number | undefined {
  const text = textOf(bytes).trim();
  return /^[0-7]{1,12}$/.test(text) ? Number.parseInt(text, 8) : undefined;
}

/** Sum of a header's bytes with the checksum field itself counted as blanks. */
function checksumOf(header: Uint8Array): number {
  let sum = 8 * 0x20;
  for (let i = 0; i < BLOCK; i++) if (i < 148 || i >= 156) sum += header[i]!;
  return sum;
}

/** Walks the regular files of a tar archive without copying; throws `FormatError` for a damaged or truncated one. */
export function* readTar(archive: Uint8Array, file = "tar archive"): Generator<TarEntry> {
  let offset = 0;
  while (offset + BLOCK <= archive.length) {
    const header = archive.subarray(offset, offset + BLOCK);
    if (header.every((byte) => byte === 0)) return;
    const stored = octalOf(header.subarray(148, 156));
    const sum = checksumOf(header);
    const where = `byte ${offset}`;
    if (stored !== sum) {
      throw faultIn(file, {
        what: "tar header is damaged",
        where,
        expected: `checksum ${sum}`,
        actual: stored ?? "no number",
        cure: CURE,
      });
    }
    const size = octalOf(header.subarray(124, 136));
    const start = offset + BLOCK;
    if (size === undefined || start + size > archive.length) {
      throw faultIn(file, {
        what: "tar archive is truncated",
        where,
        expected: size === undefined ? "a size in octal" : `${size} bytes of data`,
        actual: `${archive.length - start} bytes`,
        cure: CURE,
      });
    }
    const type = header[156]!;
    if (type === 0 || type === 0x30) {
      // Only POSIX ustar ("ustar", NUL) has a prefix there; GNU tar keeps other things in those bytes.
      const isPosix = textOf(header.subarray(257, 263)) === "ustar";
      const prefix = isPosix ? textOf(header.subarray(345, 500)) : "";
      const name = textOf(header.subarray(0, 100));
      yield { name: prefix ? `${prefix}/${name}` : name, bytes: archive.subarray(start, start + size) };
    }
    offset = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  if (offset !== archive.length) {
    throw faultIn(file, {
      what: "tar archive is truncated",
      where: `byte ${offset}`,
      expected: `${BLOCK} bytes of header`,
      actual: `${Math.max(0, archive.length - offset)} bytes`,
      cure: CURE,
    });
  }
}
