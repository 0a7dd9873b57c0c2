// MNIST's four files, made small by the test: where they are looked for and what is wrong with them.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { FormatError } from "../base/errors.ts";
import { encodeIdxImages, encodeIdxLabels } from "../formats/idx.ts";
import { openMnist } from "./mnist.node.ts";

/** Sums to be found for contents of these lengths: the published files are too large to be made here. */
const sums = vi.hoisted(() => new Map<number, string>());
vi.mock("./digest.node.ts", async (importOriginal) => {
  const { sha256 } = await importOriginal<typeof import("./digest.node.ts")>();
  return { sha256: (bytes: Uint8Array) => sums.get(bytes.length) ?? sha256(bytes) };
});
/** Published sums of Fashion-MNIST's files, unpacked: training images first, test labels last. */
const FASHION: Readonly<Record<number, string>> = {
  0: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
  3: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
};

let root = "";
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "nabla-mnist-"));
  vi.stubEnv("NABLA_CACHE", join(root, "cache"));
  vi.stubEnv("NABLA_DATA", "");
  sums.clear();
  return async () => {
    vi.unstubAllEnvs();
    await rm(root, { recursive: true, force: true });
  };
});

const imagesOf = (count: number, side = 2): Uint8Array =>
  encodeIdxImages({
    count,
    height: side,
    width: side,
    images: new Uint8Array(count * side * side).fill(count),
  });

type Files = Record<string, Uint8Array>;
const files = (): Files => ({
  "train-images-idx3-ubyte": imagesOf(3),
  "train-labels-idx1-ubyte": encodeIdxLabels(Uint8Array.of(5, 0, 4)),
  "t10k-images-idx3-ubyte": imagesOf(2),
  "t10k-labels-idx1-ubyte": encodeIdxLabels(Uint8Array.of(7, 2)),
});

async function put(folder: string, contents: Files): Promise<string> {
  const path = join(root, folder);
  await mkdir(path, { recursive: true });
  for (const [name, bytes] of Object.entries(contents)) await writeFile(join(path, name), bytes);
  return path;
}

const offline = { mirrors: ["http://127.0.0.1:9/"] };

describe("openMnist", () => {
  it("reads plain, gzipped and dotted files", async () => {
    const all = files();
    const dataDir = await put("d", {
      "train-images.idx3-ubyte": all["train-images-idx3-ubyte"]!,
      "train-labels-idx1-ubyte.gz": gzipSync(all["train-labels-idx1-ubyte"]!),
      "t10k-images-idx3-ubyte.gz": gzipSync(all["t10k-images-idx3-ubyte"]!),
      "t10k-labels-idx1-ubyte": all["t10k-labels-idx1-ubyte"]!,
    });
    const set = await openMnist("mnist", { dataDir });
    expect(set.name).toBe("mnist");
    expect(set.train).toMatchObject({ labels: Uint8Array.of(5, 0, 4), shape: [1, 2, 2] });
    expect(set.train.images).toEqual(new Uint8Array(12).fill(3));
    expect(set.test.labels).toEqual(Uint8Array.of(7, 2));
    expect(set.test.classes).toHaveLength(10);
  });

  it("looks in dataDir, else NABLA_DATA, then the cache, in the sub-folder of its name first", async () => {
    const labelled = (label: number): Files => ({
      ...files(),
      "t10k-labels-idx1-ubyte": encodeIdxLabels(Uint8Array.of(label, label)),
    });
    const firstLabel = async (dataDir?: string): Promise<number | undefined> =>
      (await openMnist("fashion-mnist", { dataDir, ...offline })).test.labels[0];
    await put("cache/fashion-mnist", labelled(1));
    expect(await firstLabel()).toBe(1);
    vi.stubEnv("NABLA_DATA", await put("env", labelled(2)));
    expect(await firstLabel()).toBe(2);
    await put("env/fashion-mnist", labelled(3));
    expect(await firstLabel()).toBe(3);
    expect(await firstLabel(await put("given", labelled(4)))).toBe(4);
    await expect(firstLabel(await put("empty", {}))).rejects.toThrow(
      `fashion-mnist: ${join(root, "empty")} has no files train-images-idx3-ubyte[.gz] and so on, neither itself nor`,
    );
  });

  it("takes files of one's own under these names, and says so", async () => {
    const { note } = await openMnist("mnist", { dataDir: await put("d", files()) });
    expect(note).toMatch(
      /^mnist: .*train-images-idx3-ubyte, .* are not the published files, read as data of/,
    );
    expect(note).toMatch(/Numbers measured on it are not mnist's\.$/);
  });

  const published = process.env["NABLA_DATA"];
  it.skipIf(!published)("tells the two published sets apart, in a folder without a name too", async () => {
    const dataDir = join(published!, "fashion-mnist");
    await expect(openMnist("mnist", { dataDir })).rejects.toThrow(
      /is train-images-idx3-ubyte of fashion-mnist\. Ask for --data fashion-mnist, or give the folder with mnist's/,
    );
    const set = await openMnist("fashion-mnist", { dataDir });
    expect([set.train.labels.length, set.note]).toEqual([60_000, undefined]);
  });

  it.each([0, 3])(
    "refuses a folder where file %i is the other set's, by its content alone",
    async (index) => {
      const all = files();
      const path = Object.keys(all)[index]!;
      sums.set(all[path]!.length, FASHION[index]!);
      const dataDir = await put("flat", { ...all, [path]: gzipSync(all[path]!) });
      await expect(openMnist("mnist", { dataDir })).rejects.toThrow(
        `mnist: ${join(dataDir, path)} is ${path} of fashion-mnist. Ask for --data fashion-mnist, or give the folder`,
      );
      const { note } = await openMnist("fashion-mnist", { dataDir });
      expect(note).not.toContain(path);
    },
  );

  it("says which of the four files are missing", async () => {
    const { "t10k-labels-idx1-ubyte": _, ...three } = files();
    const dataDir = await put("d", three);
    await expect(openMnist("mnist", { dataDir })).rejects.toThrow(
      `mnist: ${dataDir} has only 3 of the four files, t10k-labels-idx1-ubyte is missing. Put all four there`,
    );
  });

  it("says what to do without a network", async () => {
    await expect(openMnist("mnist", offline)).rejects.toThrow(
      "mnist: could not be downloaded (no network). Put the four files train-images-idx3-ubyte.gz, " +
        "train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz, t10k-labels-idx1-ubyte.gz into " +
        `${join(root, "cache", "mnist")}, or pass --data-dir.`,
    );
  });

  const damages: [string, Files, string][] = [
    ["more images than labels", { "train-images-idx3-ubyte": imagesOf(4) }, "mnist train: 4 images in "],
    [
      "a label out of range",
      { "t10k-labels-idx1-ubyte": encodeIdxLabels(Uint8Array.of(1, 10)) },
      "mnist test: label 10 of image 1 is out of range, there are 10 classes (0 to 9)",
    ],
    [
      "an empty set",
      { "t10k-images-idx3-ubyte": imagesOf(0), "t10k-labels-idx1-ubyte": encodeIdxLabels(new Uint8Array(0)) },
      "mnist test: the data set is empty",
    ],
    [
      "test images of another size",
      { "t10k-images-idx3-ubyte": imagesOf(2, 3) },
      "training images are 1×2×2, test images 1×3×3",
    ],
    ["images where labels should be", { "train-labels-idx1-ubyte": imagesOf(3) }, "wrong IDX magic number"],
    ["a truncated file", { "train-images-idx3-ubyte": imagesOf(3).subarray(0, 20) }, "IDX data is truncated"],
    [
      "a damaged gzip",
      { "train-images-idx3-ubyte": gzipSync(imagesOf(3)).subarray(0, 25) },
      "gzip data is damaged",
    ],
  ];
  it.each(damages)("refuses %s", async (_, contents, message) => {
    const dataDir = await put("d", { ...files(), ...contents });
    await expect(openMnist("mnist", { dataDir })).rejects.toThrow(message);
  });

  it("names the damaged file", async () => {
    const dataDir = await put("d", { ...files(), "t10k-images-idx3-ubyte": imagesOf(2).subarray(0, 3) });
    const opening = openMnist("mnist", { dataDir });
    await expect(opening).rejects.toThrow(FormatError);
    await expect(opening).rejects.toThrow(
      `${join(dataDir, "t10k-images-idx3-ubyte")}: IDX header is cut short`,
    );
  });
});
