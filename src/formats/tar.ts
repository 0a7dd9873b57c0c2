// The regular files in a tar archive (ustar, GNU and pax alike), in order. Enough to read a data set's archive: links and
// folders are skipped. Works on bytes already unpacked, of which it asks for the headers only; writes nothing to disk.
import { faultIn } from "./fault.ts";

const BLOCK = 512;
const CURE = "Fetch the archive again.";
// Names and the like; a header that says more is damaged.
const MOST_EXTENDED = 2 ** 20;
const TYPE = { file: 0x30, oldFile: 0, longName: 0x4c, extended: 0x78 } as const;

/** Where a file of an archive lies in it. */
export interface TarMember {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

/** One file of an archive; `bytes` is a view of the archive. */
export interface TarEntry {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A wish for `length` bytes of the archive from `offset` on, to be passed to `next()`. */
export interface TarRequest {
  readonly offset: number;
  readonly length: number;
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

function nameIn(header: Uint8Array): string {
  // Only POSIX ustar ("ustar", NUL) has a prefix there; GNU tar keeps other things in those bytes.
  const isPosix = textOf(header.subarray(257, 263)) === "ustar";
  const prefix = isPosix ? textOf(header.subarray(345, 500)) : "";
  const name = textOf(header.subarray(0, 100));
  return prefix ? `${prefix}/${name}` : name;
}

/** The fields of a pax header: lines of "<length> <key>=<value>", the length that of the whole line in bytes. */
function* paxFields(bytes: Uint8Array): Generator<[key: string, value: string]> {
  for (let at = 0; at < bytes.length; ) {
    const length = Number.parseInt(textOf(bytes.subarray(at, at + 20)), 10);
    if (!(length > 0)) return;
    const line = new TextDecoder().decode(bytes.subarray(at, at + length - 1));
    const [, key, value] = /^\d+ ([^=]+)=(.*)$/s.exec(line) ?? [];
    if (key !== undefined && value !== undefined) yield [key, value];
    at += length;
  }
}

function checkHeader(header: Uint8Array, where: string, file: string): void {
  const stored = octalOf(header.subarray(148, 156));
  const sum = checksumOf(header);
  if (stored === sum) return;
  throw faultIn(file, {
    what: "tar header is damaged",
    where,
    expected: `checksum ${sum}`,
    actual: stored ?? "no number",
    cure: CURE,
  });
}

const truncated = (file: string, where: string, expected: string, left: number) =>
  faultIn(file, {
    what: "tar archive is truncated",
    where,
    expected,
    actual: `${Math.max(0, left)} bytes`,
    cure: CURE,
  });

/**
 * Finds the regular files of a tar archive of `total` bytes: asks for what it needs to see (headers and long names) and
 * tells a member as soon as it is known. Throws `FormatError` for a damaged or truncated archive.
 */
export function* walkTar(
  total: number,
  file = "tar archive",
): Generator<TarRequest | TarMember, void, Uint8Array | undefined> {
  let offset = 0;
  let longName: string | undefined;
  let longSize: number | undefined;
  while (offset + BLOCK <= total) {
    const header = (yield { offset, length: BLOCK })!;
    if (header.every((byte) => byte === 0)) return;
    const where = `byte ${offset}`;
    checkHeader(header, where, file);
    const stated = octalOf(header.subarray(124, 136));
    const start = offset + BLOCK;
    const type = header[156]!;
    const isFile = type === TYPE.file || type === TYPE.oldFile;
    const size = isFile ? (longSize ?? stated) : stated;
    if (size === undefined || start + size > total) {
      const expected = size === undefined ? "a size in octal" : `${size} bytes of data`;
      throw truncated(file, where, expected, total - start);
    }
    if (isFile) {
      yield { name: longName ?? nameIn(header), offset: start, size };
      longName = undefined;
      longSize = undefined;
    } else if ((type === TYPE.longName || type === TYPE.extended) && size <= MOST_EXTENDED) {
      const bytes = (yield { offset: start, length: size })!;
      if (type === TYPE.longName) longName = textOf(bytes);
      else {
        const fields = new Map(paxFields(bytes));
        longName = fields.get("path") ?? longName;
        const stretch = fields.get("size") ?? "";
        longSize = /^\d{1,15}$/.test(stretch) ? Number(stretch) : undefined;
      }
    }
    offset = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  if (offset !== total) throw truncated(file, `byte ${offset}`, `${BLOCK} bytes of header`, total - offset);
}

/** Walks the regular files of a tar archive without copying; throws `FormatError` for a damaged or truncated one. */
export function* readTar(archive: Uint8Array, file = "tar archive"): Generator<TarEntry> {
  const walk = walkTar(archive.length, file);
  let given: Uint8Array | undefined;
  for (;;) {
    const { value, done } = walk.next(given);
    if (done) return;
    if ("name" in value) {
      given = undefined;
      yield { name: value.name, bytes: archive.subarray(value.offset, value.offset + value.size) };
    } else given = archive.subarray(value.offset, value.offset + value.length);
  }
}
