// Files that the user gives, unpacked: gzip, and tar archives as the files in them. Looks at no more bytes than it is
// allowed to take. Runs in the worker; knows nothing of data sets.
import { DataError } from "nabla";
import { readTar } from "nabla/formats";
import { MOST_BYTES } from "./bounds.ts";

/** A file that the user gave, with its path below the folder that was given. */
export interface GivenFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

const tooLarge = (path: string): DataError =>
  new DataError(
    `${path}: with it the files take more than ${MOST_BYTES} bytes, which a page cannot hold. Give fewer, or use nabla train --data for them.`,
    { path },
  );

const isGzip = ({ bytes }: GivenFile): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;
/** "ustar" at byte 257 of the first header. */
const isTar = ({ bytes }: GivenFile): boolean =>
  bytes.length >= 512 && new TextDecoder().decode(bytes.subarray(257, 262)) === "ustar";

/** The bytes of a gzip file, `most` at the most. */
async function gunzip({ path, bytes }: GivenFile, most: number): Promise<GivenFile> {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>])
    .stream()
    .pipeThrough(new DecompressionStream("gzip"));
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for (const reader = stream.getReader(); ; ) {
      const { value, done } = await reader.read();
      if (done) break;
      length += value.length;
      if (length > most) {
        void reader.cancel();
        throw tooLarge(path);
      }
      parts.push(value);
    }
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(`${path}: is damaged or cut short, it cannot be unpacked. Fetch it again.`, { path });
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return { path: path.replace(/\.(gz|tgz)$/i, ""), bytes: whole };
}

/** All files, unpacked; throws `DataError` where they take too much, or one is damaged. */
export async function unpack(given: readonly GivenFile[]): Promise<GivenFile[]> {
  const files: GivenFile[] = [];
  let left = MOST_BYTES;
  for (const file of given) {
    const plain = isGzip(file) ? await gunzip(file, left) : file;
    left -= plain.bytes.length;
    if (left < 0) throw tooLarge(file.path);
    if (!isTar(plain)) files.push(plain);
    else for (const { name, bytes } of readTar(plain.bytes, plain.path)) files.push({ path: name, bytes });
  }
  return files;
}
