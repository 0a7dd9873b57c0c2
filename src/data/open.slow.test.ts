// The one door to all data sets: names, folders of pictures, and what is neither.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { ConfigError, DataError } from "../base/errors.ts";
import type { ImageSet } from "./image-set.ts";
import { openDataSet } from "./open.node.ts";
import type { DataProgress } from "./progress.ts";

let root = "";
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "nabla-open-"));
  vi.stubEnv("NABLA_CACHE", join(root, "cache"));
  vi.stubEnv("NABLA_DATA", "");
  return async () => {
    vi.unstubAllEnvs();
    await rm(root, { recursive: true, force: true });
  };
});

/** Writes `count` pictures of one grey level into a folder. */
async function paint(folder: string, grey: number, count: number, extension = "png"): Promise<void> {
  await mkdir(join(root, folder), { recursive: true });
  for (let i = 0; i < count; i++) {
    const page = sharp({
      create: { width: 9, height: 7, channels: 3, background: { r: grey, g: grey, b: grey } },
    });
    await page.toFormat(extension === "png" ? "png" : "jpeg").toFile(join(root, folder, `${i}.${extension}`));
  }
}

const image = { channels: 1, height: 2, width: 3 } as const;

describe("openDataSet, by name", () => {
  it("opens the digits", async () => {
    const set = await openDataSet("digits", { seed: 1, train: 20, test: 10 });
    expect([set.name, set.train.labels.length, set.test.labels.length]).toEqual(["digits", 20, 10]);
  });

  it.each(["mnist", "fashion-mnist", "cifar10"])("looks for %s", async (name) => {
    await expect(openDataSet(name, { mirrors: ["http://127.0.0.1:9/"] })).rejects.toThrow(
      `${name}: could not be downloaded (no network). Put`,
    );
  });

  it("suggests the nearest name for an unknown one", async () => {
    await expect(openDataSet("minst")).rejects.toThrow(ConfigError);
    await expect(openDataSet("minst")).rejects.toThrow(
      'data set: "minst" is unknown. Did you mean "mnist"? Use one of digits, mnist, fashion-mnist, cifar10, or the path',
    );
    await expect(openDataSet("imagenet-21k")).rejects.toThrow('"imagenet-21k" is unknown. Use one of');
  });

  it("refuses a data folder that does not exist, whatever the set", async () => {
    const dataDir = join(root, "nowhere");
    for (const name of ["digits", "mnist", "cifar10"]) {
      await expect(openDataSet(name, { dataDir })).rejects.toThrow(
        `data folder ${dataDir}: there is no such folder. Give one that exists, or leave --data-dir out.`,
      );
    }
  });

  it("takes a name with a separator for a path", async () => {
    await expect(openDataSet(join(root, "none"))).rejects.toThrow(DataError);
    await expect(openDataSet(join(root, "none"))).rejects.toThrow("none: there is no such folder or file.");
  });
});

describe("openDataSet, by folder", () => {
  it("holds out a share of each class where there is no test folder", async () => {
    await paint("set/cat", 40, 5);
    await paint("set/dog", 200, 10, "jpg");
    await writeFile(join(root, "set", "cat", "notes.txt"), "no picture");
    const seen: DataProgress[] = [];
    const set = await openDataSet(join(root, "set"), {
      image,
      seed: 2,
      onProgress: (step) => seen.push(step),
    });
    expect(set).toMatchObject({ name: "set", note: "set: 3 of 15 pictures were held out for testing." });
    expect(set.train.classes).toEqual(["cat", "dog"]);
    expect([...set.train.labels].sort()).toEqual([...new Array(4).fill(0), ...new Array(8).fill(1)]);
    expect([...set.test.labels].sort()).toEqual([0, 1, 1]);
    expect(set.test.shape).toEqual([1, 2, 3]);
    for (const part of [set.train, set.test]) {
      const greys = [...part.labels].flatMap((label) => new Array(6).fill([40, 200][label]));
      expect([...part.images].every((value, index) => Math.abs(value - greys[index]!) <= 1)).toBe(true);
    }
    // In mixed order, so that the first images are of all classes.
    expect([...set.train.labels]).not.toEqual([...set.train.labels].sort());
    expect(seen.at(-1)).toEqual({ stage: "decode", what: "set", done: 15, total: 15 });
  });

  it("takes the test folder where there is one", async () => {
    await paint("set/train/a", 10, 2);
    await paint("set/train/b", 20, 1);
    await paint("set/test/a", 30, 1);
    await paint("set/test/b", 40, 1);
    const set = await openDataSet(join(root, "set"), { image });
    const greysOf = ({ images, labels }: ImageSet) =>
      [...labels].map((label, i) => `${label} ${images[i * 6]}`).sort();
    expect(greysOf(set.train)).toEqual(["0 10", "0 10", "1 20"]);
    expect(greysOf(set.test)).toEqual(["0 30", "1 40"]);
    expect(set.note).toBeUndefined();
  });

  it("takes the validation folder where there is one", async () => {
    for (const [part, grey] of [
      ["train", 10],
      ["val", 30],
    ] as const) {
      await paint(`set/${part}/a`, grey, 4);
      await paint(`set/${part}/b`, grey, 4);
    }
    const set = await openDataSet(join(root, "set"), { image, testFraction: 0.25 });
    expect([set.train, set.test, set.validation!].map(({ labels }) => labels.length)).toEqual([6, 2, 8]);
    expect(set.validation!.images[0]).toBe(30);
  });

  it("refuses a class that one part lacks, a class without pictures, and fewer than two classes", async () => {
    await paint("a/train/x", 1, 1);
    await paint("a/train/y", 1, 1);
    await paint("a/test/x", 1, 1);
    await paint("a/test/z", 1, 1);
    await expect(openDataSet(join(root, "a"), { image })).rejects.toThrow('a: class "y" is missing in ');
    await paint("b/x", 1, 1);
    await mkdir(join(root, "b", "y"));
    await expect(openDataSet(join(root, "b"), { image })).rejects.toThrow(
      "y: there is no PNG, JPEG or WebP picture",
    );
    await paint("c/x", 1, 1);
    await expect(openDataSet(join(root, "c"), { image })).rejects.toThrow(
      "there are 1 sub-folders, a data set needs 2",
    );
  });

  it("names the picture that cannot be decoded", async () => {
    await paint("set/x", 1, 3);
    await paint("set/y", 1, 3);
    await writeFile(join(root, "set", "y", "1.png"), "not a picture");
    await expect(openDataSet(join(root, "set"), { image })).rejects.toThrow(
      `${join(root, "set", "y", "1.png")}: could not be decoded`,
    );
  });

  it("refuses a form that makes no sense, and stops when aborted", async () => {
    await paint("set/x", 1, 1);
    await paint("set/y", 1, 1);
    const wrong = openDataSet(join(root, "set"), { image: { ...image, width: 0 } });
    await expect(wrong).rejects.toThrow("pictures: 1×2×0 is not possible.");
    const signal = AbortSignal.abort(new Error("stop"));
    await expect(openDataSet(join(root, "set"), { image, signal })).rejects.toThrow("stop");
  });
});
