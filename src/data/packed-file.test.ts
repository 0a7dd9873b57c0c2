// Reading files that may be gzipped: by content, within a limit, damage noticed.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DataError, FormatError } from "../base/errors.ts";
import { readPacked } from "./packed-file.node.ts";

const content = Uint8Array.from({ length: 5000 }, (_, i) => (i * i) % 256);
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nabla-packed-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function stored(bytes: Uint8Array): Promise<string> {
  const path = join(folder, "file");
  await writeFile(path, bytes);
  return path;
}

describe("readPacked", () => {
  it("unpacks gzip whatever the file is called, and gives other bytes as they are", async () => {
    expect(await readPacked(await stored(gzipSync(content)), 5000)).toEqual(content);
    const plain = await readPacked(await stored(content), 5000);
    expect(plain).toEqual(content);
    expect(plain.constructor).toBe(Uint8Array);
  });

  it("refuses a file above the limit, packed or unpacked", async () => {
    await expect(readPacked(await stored(content), 4999)).rejects.toThrow(
      "expected at most 4999 bytes, found 5000",
    );
    const bomb = readPacked(await stored(gzipSync(new Uint8Array(1e6))), 100_000);
    await expect(bomb).rejects.toThrow("expected at most 100000 bytes, found more once unpacked");
  });

  it("refuses gzip that is cut short or damaged", async () => {
    const packed = gzipSync(content);
    const cut = readPacked(await stored(packed.subarray(0, packed.length - 9)), 5000);
    await expect(cut).rejects.toThrow(FormatError);
    await expect(cut).rejects.toThrow(/file: gzip data is damaged .*unexpected end of file.*fetch it again/);
    packed[packed.length - 6]! ^= 1;
    await expect(readPacked(await stored(packed), 5000)).rejects.toThrow(/damaged .*incorrect data check/);
  });

  it("says that a file is missing", async () => {
    const missing = readPacked(join(folder, "none"), 1);
    await expect(missing).rejects.toThrow(DataError);
    await expect(missing).rejects.toThrow("none: could not be read (ENOENT). Check that it is there");
  });
});
