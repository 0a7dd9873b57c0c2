// MNIST and Fashion-MNIST from four IDX files: found in a folder, or downloaded into the cache.
// Tells the two sets apart by their content, since their files have the same names. Knows nothing of training; the
// parsing is in formats/idx.ts.
import { access } from "node:fs/promises";
import { join } from "node:path";
import { DataError } from "../base/errors.ts";
import { decodeIdxImages, decodeIdxLabels } from "../formats/idx.ts";
import { cacheDir, dataFolder, notInDataDir } from "./cache.node.ts";
import { sha256 } from "./digest.node.ts";
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
  /** SHA-256 of the same files unpacked. */
  readonly unpacked: readonly string[];
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
    unpacked: [
      "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
      "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
      "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
      "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
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
    unpacked: [
      "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
      "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
      "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
      "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
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
 * Opens MNIST or Fashion-MNIST (28×28 grey, ten classes). Looks for the four IDX files, gzipped or not, in `dataDir`;
 * where none is given in `NABLA_DATA`, then the cache, and else downloads them. A folder is looked at after its
 * sub-folder of the set's name. Files of the other set are refused; files of neither, such as images of one's own under
 * these names, are taken and told of in the set's `note`. Throws `DataError` where files are missing, are another set's
 * or do not fit together, `FormatError` where one is damaged.
 */
export async function openMnist(name: MnistName, options: MnistOptions = {}): Promise<DataSet> {
  const paths = (await findFiles(name, options.dataDir)) ?? (await fetchFiles(name, options));
  const { classes } = SOURCES[name];
  options.signal?.throwIfAborted();
  const train = await readPart(name, "train", paths);
  options.signal?.throwIfAborted();
  const test = await readPart(name, "test", paths);
  if (train.set.shape.join() !== test.set.shape.join()) {
    throw new DataError(
      `${name}: training images are ${train.set.shape.join("×")}, test images ${test.set.shape.join("×")}. ` +
        "Take both from the same set.",
      { train: train.set.shape, test: test.set.shape },
    );
  }
  const own = [...train.own, ...test.own];
  const set = { name, train: train.set, test: test.set };
  return own.length === 0 ? set : { ...set, note: noteOf(name, own, classes.length) };
}

const noteOf = (name: MnistName, own: readonly string[], classes: number): string =>
  `${name}: ${own.join(", ")} ${own.length === 1 ? "is not the published file" : "are not the published files"}, ` +
  `read as data of your own in ${classes} classes. Numbers measured on it are not ${name}'s.`;

/** The part's images, and the paths of those of its two files that are nobody's published ones. */
async function readPart(
  name: MnistName,
  part: "train" | "test",
  paths: readonly string[],
): Promise<{ set: ImageSet; own: string[] }> {
  const [imageFile, labelFile] = part === "train" ? [0, 1] : [2, 3];
  const [imagePath, labelPath] = [paths[imageFile]!, paths[labelFile]!];
  const [imageBytes, labelBytes] = [
    await readPacked(imagePath, MAX_BYTES),
    await readPacked(labelPath, MAX_BYTES),
  ];
  const isOwn = [
    checkOrigin(name, imageFile, imageBytes, imagePath),
    checkOrigin(name, labelFile, labelBytes, labelPath),
  ];
  const { count, height, width, images } = decodeIdxImages(imageBytes, imagePath);
  const labels = decodeIdxLabels(labelBytes, labelPath);
  if (count !== labels.length) {
    throw new DataError(
      `${name} ${part}: ${count} images in ${imagePath}, but ${labels.length} labels in ${labelPath}. ` +
        "Take both files from the same set.",
      { images: count, labels: labels.length, imagePath, labelPath },
    );
  }
  const { classes } = SOURCES[name];
  const set = checkImageSet({ images, labels, shape: [1, height, width], classes }, `${name} ${part}`);
  return { set, own: [imagePath, labelPath].filter((_, index) => isOwn[index]) };
}

/** Whether the file is of neither set; throws `DataError` where it is another's, or another of this set's files. */
function checkOrigin(name: MnistName, index: number, bytes: Uint8Array, path: string): boolean {
  const sum = sha256(bytes);
  for (const [other, { unpacked }] of Object.entries(SOURCES)) {
    const found = unpacked.indexOf(sum);
    if (found < 0) continue;
    if (other === name && found === index) return false;
    throw new DataError(
      `${name}: ${path} is ${FILES[found]} of ${other}. Ask for --data ${other}, or give the folder with ${name}'s files.`,
      { name, path, found: other },
    );
  }
  return true;
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
  const root = dataFolder(dataDir);
  for (const folder of root === undefined ? [] : [join(root, name), root]) {
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
  if (dataDir) throw notInDataDir(name, dataDir, `files ${FILES[0]}[.gz] and so on`);
  return undefined;
}

/** Paths of the four files in the cache, after downloading those that are not there. */
async function fetchFiles(name: MnistName, options: MnistOptions): Promise<string[]> {
  const folder = join(cacheDir(), name);
  const { mirrors, sha256: sums } = SOURCES[name];
  const paths: string[] = [];
  for (const [index, file] of FILES.entries()) {
    const present = await locate(folder, file);
    const to = join(folder, `${file}.gz`);
    if (present === undefined) {
      await download({
        name,
        urls: (options.mirrors ?? mirrors).map((mirror) => `${mirror}${file}.gz`),
        to,
        sha256: sums[index],
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
