// The cache of the embedded digits: the same set from the cache as drawn, damage healed, an unwritable cache survived.
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { generateDigits } from "./digits/index.ts";
import { openDigits } from "./digits.node.ts";
import type { DataSet } from "./image-set.ts";

let root = "";
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "nabla-digits-"));
  vi.stubEnv("NABLA_CACHE", root);
  return async () => {
    vi.unstubAllEnvs();
    await rm(root, { recursive: true, force: true });
  };
});

const SIZES = { seed: 3, train: 40, test: 20 };

/** All of a set in short: comparing the pixels one by one takes seconds. */
const digestOf = ({ name, train, test }: DataSet) =>
  [train, test].map(({ images, labels, shape, classes }) => [
    ...[name, labels.length, createHash("sha256").update(images).update(labels).digest("hex")],
    ...[shape, classes],
  ]);
const drawn = (options: typeof SIZES) => digestOf(generateDigits(options));

/** Opens the set and tells whether it had to be drawn. */
async function openTold(options = SIZES) {
  let wasDrawn = false;
  const set = await openDigits({
    ...options,
    onProgress: ({ stage }) => (wasDrawn ||= stage === "generate"),
  });
  return { set: digestOf(set), wasDrawn };
}

async function cachedFolder(): Promise<string> {
  const [only, ...others] = await readdir(join(root, "digits"));
  expect(others).toEqual([]);
  return join(root, "digits", only!);
}

describe("openDigits", () => {
  it("draws once, then reads the same set from the cache", async () => {
    const first = await openTold();
    const second = await openTold();
    expect([first.wasDrawn, second.wasDrawn]).toEqual([true, false]);
    expect(first.set).toEqual(drawn(SIZES));
    expect(second.set).toEqual(first.set);
  });

  it("keeps one set a seed: smaller ones are its beginning, a larger one takes its place", async () => {
    await openTold();
    const less = await openTold({ ...SIZES, train: 30, test: 5 });
    expect(less).toEqual({ set: drawn({ ...SIZES, train: 30, test: 5 }), wasDrawn: false });
    const more = await openTold({ ...SIZES, train: 50, test: 10 });
    expect(more).toEqual({ set: drawn({ ...SIZES, train: 50, test: 10 }), wasDrawn: true });
    expect((await openTold()).wasDrawn).toBe(false);
    expect(await readdir(join(root, "digits"))).toHaveLength(1);
    expect((await openTold({ ...SIZES, seed: 4 })).wasDrawn).toBe(true);
    expect(await readdir(join(root, "digits"))).toHaveLength(2);
  });

  it.each(["train-images-idx3-ubyte", "test-labels-idx1-ubyte"])(
    "draws anew when one bit of %s is flipped",
    async (file) => {
      const { set } = await openTold();
      const path = join(await cachedFolder(), file);
      const bytes = await readFile(path);
      bytes[bytes.length - 1]! ^= 1;
      await writeFile(path, bytes);
      expect(await openTold()).toEqual({ set, wasDrawn: true });
      expect(await openTold()).toEqual({ set, wasDrawn: false });
    },
  );

  it("draws anew when a file or the sums are gone", async () => {
    await openTold();
    const folder = await cachedFolder();
    await rm(join(folder, "train-labels-idx1-ubyte"));
    expect((await openTold()).wasDrawn).toBe(true);
    await rm(join(folder, "SHA256SUMS"));
    expect((await openTold()).wasDrawn).toBe(true);
  });

  it("only warns when the cache cannot be written", async () => {
    await writeFile(join(root, "file"), "");
    vi.stubEnv("NABLA_CACHE", join(root, "file"));
    const warnings: string[] = [];
    const set = await openDigits({ ...SIZES, onWarning: (message) => warnings.push(message) });
    expect(set.train.labels).toHaveLength(40);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(
      /^digits: the generated images are not kept, .* could not be written \(ENOTDIR\)/,
    );
  });

  it("draws in pieces the same set as at once, and lets an abort in between", async () => {
    const long = { seed: 5, train: 2010, test: 10 };
    expect((await openTold(long)).set).toEqual(drawn(long));
    const controller = new AbortController();
    let pieces = 0;
    const onProgress = (): void => {
      pieces++;
      setTimeout(() => controller.abort(new Error("stop")));
    };
    const opening = openDigits({ ...long, train: 200_000, signal: controller.signal, onProgress });
    await expect(opening).rejects.toThrow("stop");
    expect(pieces).toBeLessThan(200);
    expect(await readdir(join(root, "digits"))).toHaveLength(1);
  });

  it("refuses sizes that are none", async () => {
    await expect(openDigits({ train: 0 })).rejects.toThrow(
      "digits: train must be a whole number from 1 to 2000000",
    );
  });

  it("stops when aborted and leaves nothing in the cache", async () => {
    const controller = new AbortController();
    controller.abort(new Error("stop"));
    await expect(openDigits({ ...SIZES, signal: controller.signal })).rejects.toThrow("stop");
    expect(await readdir(root)).toEqual([]);
  });
});
