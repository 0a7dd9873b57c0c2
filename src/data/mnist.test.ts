// MNIST's four files, made small by the test: where they are looked for and what is wrong with them.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { FormatError } from "../base/errors.ts";
import { encodeIdxImages, encodeIdxLabels } from "../formats/idx.ts";
import { openMnist } from "./mnist.node.ts";

let root = "";
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "nabla-mnist-"));
  vi.stubEnv("NABLA_CACHE", join(root, "cache"));
  vi.stubEnv("NABLA_DATA", "");
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

  it("looks in dataDir, then NABLA_DATA, then the cache, in the sub-folder of its name first", async () => {
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
    expect(await firstLabel(join(root, "empty"))).toBe(3);
  });

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
