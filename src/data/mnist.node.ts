// MNIST and Fashion-MNIST from four IDX files: found in a folder, or downloaded into the cache.
// Knows nothing of training; the parsing is in formats/idx.ts.
import { access } from "node:fs/promises";
import { join } from "node:path";
import { DataError } from "../base/errors.ts";
import { decodeIdxImages, decodeIdxLabels } from "../formats/idx.ts";
import { cacheDir, dataFolders } from "./cache.node.ts";
import { download } from "./download.node.ts";
import { checkImageSet, type DataSet, type ImageSet } from "./image-set.ts";
import { readPacked } from "./packed-file.node.ts";
import type { OpenOptions } from "./progress.ts";

/** The data sets that come as MNIST's four files. */
export type MnistName = "mnist" | "fashion-mnist";

interface Source {
  readonly mirrors: readonly string[];
  /** SHA-256 of the gzipped files, in the order of `FILES`. */
  readonly sha256: readonly string[];
  readonly classes: readonly string[];
}

const FILES = [
  "train-images-idx3-ubyte",
  "train-labels-idx1-ubyte",
  "t10k-images-idx3-ubyte",
  "t10k-labels-idx1-ubyte",
] as const;

// Unpacked, the largest file has 47 040 016 bytes; four times that leaves room for extended sets.
const MAX_BYTES = 200_000_000;

const SOURCES: Readonly<Record<MnistName, Source>> = {
  mnist: {
    mirrors: [
      "https://ossci-datasets.s3.amazonaws.com/mnist/",
      "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ],
    sha256: [
      "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
      "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
      "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
      "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    ],
    classes: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
  },
  "fashion-mnist": {
    mirrors: [
      "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
      "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    ],
    sha256: [
      "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
      "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
      "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
      "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    ],
    classes: [
      ...["T-shirt/top", "trouser", "pullover", "dress", "coat"],
      ...["sandal", "shirt", "sneaker", "bag", "ankle boot"],
    ],
  },
};

/** Where to download from in place of the public mirrors; for tests and for sites with a mirror of their own. */
export interface MnistOptions extends OpenOptions {
  readonly mirrors?: readonly string[] | undefined;
}

/**
 * Opens MNIST or Fashion-MNIST (28×28 grey, ten classes). Looks for the four IDX files, gzipped or not, in `dataDir`,
 * then `NABLA_DATA`, then the cache, each time first in a sub-folder of the set's name; else downloads them.
 * Throws `DataError` where files are missing or do not fit together, `FormatError` where one is damaged.
 */
export async function openMnist(name: MnistName, options: MnistOptions = {}): Promise<DataSet> {
  const paths = (await findFiles(name, options.dataDir)) ?? (await fetchFiles(name, options));
  const { classes } = SOURCES[name];
  options.signal?.throwIfAborted();
  const train = await readPart(`${name} train`, paths[0]!, paths[1]!, classes);
  options.signal?.throwIfAborted();
  const test = await readPart(`${name} test`, paths[2]!, paths[3]!, classes);
  if (train.shape.join() !== test.shape.join()) {
    throw new DataError(
      `${name}: training images are ${train.shape.join("×")}, test images ${test.shape.join("×")}. ` +
        "Take both from the same set.",
      { train: train.shape, test: test.shape },
    );
  }
  return { name, train, test };
}

async function readPart(
  name: string,
  imagePath: string,
  labelPath: string,
  classes: readonly string[],
): Promise<ImageSet> {
  const { count, height, width, images } = decodeIdxImages(await readPacked(imagePath, MAX_BYTES), imagePath);
  const labels = decodeIdxLabels(await readPacked(labelPath, MAX_BYTES), labelPath);
  if (count !== labels.length) {
    throw new DataError(
      `${name}: ${count} images in ${imagePath}, but ${labels.length} labels in ${labelPath}. ` +
        "Take both files from the same set.",
      { images: count, labels: labels.length, imagePath, labelPath },
    );
  }
  return checkImageSet({ images, labels, shape: [1, height, width], classes }, name);
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** The file's path under any of the names it goes by: plain, gzipped, or with a dot as some unpackers write it. */
async function locate(folder: string, file: string): Promise<string | undefined> {
  const dotted = file.replace("-idx", ".idx");
  for (const name of [file, `${file}.gz`, dotted, `${dotted}.gz`]) {
    const path = join(folder, name);
    if (await exists(path)) return path;
  }
  return undefined;
}

/** Paths of the four files in the first folder that has any; `undefined` where none has. Throws for a part of them. */
async function findFiles(name: MnistName, dataDir: string | undefined): Promise<string[] | undefined> {
  for (const root of dataFolders(dataDir)) {
    for (const folder of [join(root, name), root]) {
      const paths = await Promise.all(FILES.map((file) => locate(folder, file)));
      const missing = FILES.filter((_, index) => paths[index] === undefined);
      if (missing.length === FILES.length) continue;
      if (missing.length === 0) return paths as string[];
      throw new DataError(
        `${name}: ${folder} has only ${FILES.length - missing.length} of the four files, ${missing.join(", ")} ` +
          `${missing.length === 1 ? "is" : "are"} missing. Put all four there, gzipped or not.`,
        { folder, missing },
      );
    }
  }
  return undefined;
}

/** Paths of the four files in the cache, after downloading those that are not there. */
async function fetchFiles(name: MnistName, options: MnistOptions): Promise<string[]> {
  const folder = join(cacheDir(), name);
  const { mirrors, sha256 } = SOURCES[name];
  const paths: string[] = [];
  for (const [index, file] of FILES.entries()) {
    const present = await locate(folder, file);
    const to = join(folder, `${file}.gz`);
    if (present === undefined) {
      await download({
        name,
        urls: (options.mirrors ?? mirrors).map((mirror) => `${mirror}${file}.gz`),
        to,
        sha256: sha256[index],
        maxBytes: MAX_BYTES,
        signal: options.signal,
        onProgress: (done, total) =>
          options.onProgress?.({ stage: "download", what: `${name}/${file}.gz`, done, total }),
        cure: `Put the four files ${FILES.map((each) => `${each}.gz`).join(", ")} into ${folder}, or pass --data-dir.`,
      });
    }
    paths.push(present ?? to);
  }
  return paths;
}
