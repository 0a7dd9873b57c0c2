// CIFAR-10 batches, made small by the test: whole and partial, loose, gzipped and in an archive.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { encodeCifar } from "../formats/cifar.ts";
import { openCifar10 } from "./cifar10.node.ts";

let root = "";
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "nabla-cifar-"));
  vi.stubEnv("NABLA_CACHE", join(root, "cache"));
  vi.stubEnv("NABLA_DATA", "");
  return async () => {
    vi.unstubAllEnvs();
    await rm(root, { recursive: true, force: true });
  };
});

/** A batch whose images are filled with their labels. */
const batchOf = (...labels: number[]): Uint8Array =>
  encodeCifar(
    Uint8Array.from({ length: labels.length * 3072 }, (_, i) => labels[Math.floor(i / 3072)]!),
    Uint8Array.from(labels),
  );

async function put(folder: string, contents: Record<string, Uint8Array>): Promise<string> {
  const path = join(root, folder);
  await mkdir(path, { recursive: true });
  for (const [name, bytes] of Object.entries(contents)) await writeFile(join(path, name), bytes);
  return path;
}

/** A tar archive of regular files, as short as the format allows. */
function tarOf(members: Record<string, Uint8Array>): Uint8Array {
  const parts = Object.entries(members).flatMap(([name, bytes]) => {
    const header = new Uint8Array(512);
    const put = (text: string, at: number): void => header.set(new TextEncoder().encode(text), at);
    put(name, 0);
    put(bytes.length.toString(8).padStart(11, "0"), 124);
    put("        ", 148);
    put("0", 156);
    put(
      `${header
        .reduce((all, byte) => all + byte, 0)
        .toString(8)
        .padStart(6, "0")}\0 `,
      148,
    );
    return [header, bytes, new Uint8Array((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...parts, new Uint8Array(1024)]);
}

describe("openCifar10", () => {
  it("joins the batches in the order of their numbers", async () => {
    const dataDir = await put("d", {
      "data_batch_2.bin": batchOf(3, 4),
      "data_batch_1.bin.gz": gzipSync(batchOf(1, 2)),
      "test_batch.bin": batchOf(9),
      "batches.meta.txt": Uint8Array.of(1),
    });
    const set = await openCifar10({ dataDir });
    expect(set.train.labels).toEqual(Uint8Array.of(1, 2, 3, 4));
    expect(set.train.shape).toEqual([3, 32, 32]);
    expect([0, 1, 2, 3].map((i) => set.train.images[i * 3072 + 3071])).toEqual([1, 2, 3, 4]);
    expect(set.test.labels).toEqual(Uint8Array.of(9));
    expect(set.note).toContain("a part of the set, 4 of 50000 training images and 1 of 10000 test images");
  });

  it("takes first parts of batches, but prefers whole ones", async () => {
    const dataDir = await put("d/cifar10", {
      "data_batch_1.bin": batchOf(1, 1),
      "data_batch_1_first1.bin.gz": gzipSync(batchOf(7)),
      "data_batch_5_first3.bin.gz": gzipSync(batchOf(5, 6, 7)),
      "test_batch_first2.bin": batchOf(0, 8),
    });
    const set = await openCifar10({ dataDir: join(dataDir, "..") });
    expect(set.train.labels).toEqual(Uint8Array.of(1, 1, 5, 6, 7));
    expect(set.test.labels).toEqual(Uint8Array.of(0, 8));
  });

  it("reads the official archive from the cache", async () => {
    const archive = tarOf({
      "cifar-10-batches-bin/data_batch_2.bin": batchOf(2),
      "cifar-10-batches-bin/readme.html": Uint8Array.of(60),
      "cifar-10-batches-bin/data_batch_1.bin": batchOf(1),
      "cifar-10-batches-bin/test_batch.bin": batchOf(3),
    });
    await put("cache/cifar10", { "cifar-10-binary.tar.gz": gzipSync(archive) });
    const set = await openCifar10();
    expect([...set.train.labels, ...set.test.labels]).toEqual([1, 2, 3]);
  });

  it("refuses a set without a test batch, and one without training batches", async () => {
    const first = await put("a", { "data_batch_1.bin": batchOf(1) });
    await expect(openCifar10({ dataDir: first })).rejects.toThrow(
      `cifar10: ${first} has no test batch. Put test_batch.bin there, gzipped or not.`,
    );
    const second = await put("b", { "test_batch.bin": batchOf(1) });
    await expect(openCifar10({ dataDir: second })).rejects.toThrow(
      "has no training batch. Put data_batch_1.bin to",
    );
  });

  it("refuses another number of images than the name says, and a part of a record", async () => {
    const wrong = { "data_batch_1_first3.bin": batchOf(1, 2), "test_batch.bin": batchOf(1) };
    await expect(openCifar10({ dataDir: await put("a", wrong) })).rejects.toThrow(
      "data_batch_1_first3.bin: number of images is not the one in the file's name (whole file): expected 3, found 2.",
    );
    const cut = { "data_batch_1.bin": batchOf(1).subarray(0, 3000), "test_batch.bin": batchOf(1) };
    await expect(openCifar10({ dataDir: await put("b", cut) })).rejects.toThrow(
      "does not hold whole records",
    );
  });

  it("does not look elsewhere than in the folder that was given", async () => {
    await put("cache/cifar10", { "data_batch_1.bin": batchOf(1), "test_batch.bin": batchOf(2) });
    expect((await openCifar10()).test.labels).toEqual(Uint8Array.of(2));
    const dataDir = await put("other", { "readme.txt": Uint8Array.of(1) });
    await expect(openCifar10({ dataDir })).rejects.toThrow(
      `cifar10: ${dataDir} has no batches (data_batch_1.bin … or cifar-10-binary.tar.gz), neither itself nor in`,
    );
  });

  it("says what to do without a network", async () => {
    await expect(openCifar10({ mirrors: ["http://127.0.0.1:9/"] })).rejects.toThrow(
      "cifar10: could not be downloaded (no network). Put cifar-10-binary.tar.gz or its data_batch_1.bin",
    );
  });
});
