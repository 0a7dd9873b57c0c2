// Tar archives for tests, written by the book and independently of the reader. Knows nothing of what is in them.

/** A member of an archive; type 0 is a regular file. */
export interface Member {
  name: string;
  bytes?: Uint8Array;
  type?: string;
  prefix?: string;
}

/** A ustar archive. */
export function tarOf(members: readonly Member[]): Uint8Array {
  const blocks: number[] = [];
  for (const { name, bytes = new Uint8Array(0), type = "0", prefix = "" } of members) {
    const header = new Uint8Array(512);
    const put = (text: string, at: number): void => header.set(new TextEncoder().encode(text), at);
    put(name, 0);
    put(bytes.length.toString(8).padStart(11, "0"), 124);
    put("        ", 148);
    put(type, 156);
    put("ustar\0" + "00", 257);
    put(prefix, 345);
    const sum = header.reduce((all, byte) => all + byte, 0);
    put(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    blocks.push(...header, ...bytes, ...new Uint8Array((512 - (bytes.length % 512)) % 512));
  }
  return Uint8Array.from([...blocks, ...new Uint8Array(1024)]);
}
