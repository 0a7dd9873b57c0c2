// Decoded pictures in the cache: found again, made anew where something changed or is damaged, read in any order.
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { pictureBytes } from "../../test/pictures.ts";
import { isStream } from "./image-set.ts";
import { openImages } from "./open.node.ts";
import { spansOf } from "./shard-cache.node.ts";

let root = "";
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "nabla-shards-"));
  vi.stubEnv("NABLA_CACHE", join(root, "cache"));
  const rows: string[] = [];
  for (let i = 0; i < 12; i++) {
    await writeFile(join(root, `${i}.png`), await pictureBytes(20 * i));
    rows.push(`${i}.png,${i % 2}`);
  }
  await writeFile(join(root, "set.csv"), rows.join("\n"));
  return async () => {
    vi.unstubAllEnvs();
    await rm(root, { recursive: true, force: true });
  };
});

/** Opens the set; gives it and how many pictures were decoded for it. */
async function open(options: { stream?: boolean; onWarning?: (message: string) => void } = {}) {
  let decoded = 0;
  const onProgress = ({ done }: { done: number }): void => {
    decoded = done;
  };
  const set = await openImages(join(root, "set.csv"), { ...options, onProgress });
  return { set, decoded };
}
const cacheFolders = () => readdir(join(root, "cache", "pictures"));

describe("the cache of decoded pictures", () => {
  it("is filled once, and gives the same images in memory and as a stream", async () => {
    const first = await open();
    expect(first.decoded).toBe(12);
    const second = await open();
    expect(second.decoded).toBe(0);
    expect(second.set).toEqual(first.set);
    const { set, decoded } = await open({ stream: true });
    expect(decoded).toBe(0);
    if (!isStream(set.train) || isStream(first.set.train)) throw new Error("one is a stream");
    const indices = Int32Array.of(7, 0, 9, 3, 7);
    const size = 3 * 7 * 9;
    const expected = [...indices].flatMap((i) => [
      ...(first.set.train as { images: Uint8Array }).images.subarray(i * size, (i + 1) * size),
    ]);
    expect([...(await set.train.read(indices))]).toEqual(expected);
  });

  it("is made anew where a picture has changed", async () => {
    await open();
    await writeFile(join(root, "3.png"), await pictureBytes(99));
    await utimes(join(root, "3.png"), 1e9, 1e9);
    const { set, decoded } = await open();
    expect(decoded).toBe(12);
    const { images, labels } = set.train as { images: Uint8Array; labels: Uint8Array };
    const test = (set.test as { images: Uint8Array }).images;
    expect([...labels].length).toBe(10);
    expect([...images, ...test]).toContain(99);
  });

  it("is made anew where its bytes are damaged or cut off", async () => {
    const { set } = await open();
    const [folder] = await cacheFolders();
    const shard = join(root, "cache", "pictures", folder!, "shard-00000.u8");
    const bytes = await readFile(shard);
    bytes[100]! ^= 1;
    await writeFile(shard, bytes);
    const flipped = await open();
    expect([flipped.decoded, flipped.set]).toEqual([12, set]);
    await writeFile(shard, bytes.subarray(1));
    const cut = await open();
    expect([cut.decoded, cut.set]).toEqual([12, set]);
  });

  it("may be impossible to write, which costs a warning", async () => {
    await writeFile(join(root, "cache"), "a file where a folder should be");
    const warnings: string[] = [];
    const { set } = await open({ onWarning: (message) => warnings.push(message) });
    expect(set.train.labels).toHaveLength(10);
    expect(warnings).toEqual([expect.stringContaining("set: the decoded pictures are not kept")]);
  });
});

describe("spansOf", () => {
  it("joins what lies close together, within a shard", () => {
    const spans = spansOf(Int32Array.of(9, 2, 1, 95, 100, 2), 100, 50_000);
    expect(spans).toEqual([
      {
        shard: 0,
        members: [
          { place: 1, at: 2 },
          { place: 2, at: 1 },
          { place: 2, at: 5 },
        ],
      },
      { shard: 0, members: [{ place: 9, at: 0 }] },
      { shard: 0, members: [{ place: 95, at: 3 }] },
      { shard: 1, members: [{ place: 0, at: 4 }] },
    ]);
  });
});
