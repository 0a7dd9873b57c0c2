// Tar archives: regular files in order, everything else skipped, damage noticed.
import { describe, expect, it } from "vitest";
import { tarOf } from "../../test/tar-archive.ts";
import { readTar } from "./tar.ts";

const content = Uint8Array.from({ length: 700 }, (_, i) => i % 256);
const archive = tarOf([
  { name: "folder/", type: "5" },
  { name: "folder/a.bin", bytes: content },
  { name: "PaxHeader", type: "x", bytes: Uint8Array.of(1, 2, 3) },
  { name: "b.txt", bytes: Uint8Array.of(104, 105), prefix: "deep/er" },
]);

describe("readTar", () => {
  it("gives the regular files in order, with their bytes", () => {
    const entries = [...readTar(archive)];
    expect(entries.map(({ name }) => name)).toEqual(["folder/a.bin", "deep/er/b.txt"]);
    expect(entries[0]?.bytes).toEqual(content);
    expect([...(entries[1]?.bytes ?? [])]).toEqual([104, 105]);
  });

  it("reads long names and sizes, as GNU tar and as pax write them", () => {
    const long = `${"folder/".repeat(30)}picture.png`;
    const text = (value: string) => new TextEncoder().encode(value);
    const line = ` path=${long}\n`;
    const length = line.length + String(line.length + 3).length;
    const bytes = Uint8Array.of(7);
    const members = [
      { name: "././@LongLink", type: "L", bytes: text(`${long}\0`) },
      { name: "cut", bytes },
      { name: "PaxHeader", type: "x", bytes: text(`${length}${line}10 size=1\n12 mtime=42\n`) },
      { name: "cut", bytes },
      { name: "short", bytes },
    ];
    expect([...readTar(tarOf(members))]).toEqual([long, long, "short"].map((name) => ({ name, bytes })));
  });

  it("refuses a header with a wrong checksum", () => {
    const bad = archive.slice();
    bad[512 + 3] = 0;
    expect(() => [...readTar(bad, "x.tar")]).toThrow(
      "x.tar: tar header is damaged (byte 512): expected checksum",
    );
  });

  it("refuses an archive that ends inside a file or a header", () => {
    expect(() => [...readTar(archive.subarray(0, 1500), "x.tar")]).toThrow(
      "x.tar: tar archive is truncated (byte 512): expected 700 bytes of data, found 476 bytes.",
    );
    expect(() => [...readTar(archive.subarray(0, 700), "x.tar")]).toThrow(
      "x.tar: tar archive is truncated (byte 512): expected 512 bytes of header, found 188 bytes.",
    );
  });
});
