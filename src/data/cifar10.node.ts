// CIFAR-10 from its binary batches: loose files, gzipped or not, whole or in part, or the official archive, which is
// downloaded into the cache where nothing else is found. The parsing is in formats/cifar.ts and formats/tar.ts.
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { DataError } from "../base/errors.ts";
import { CIFAR10_CLASSES, decodeCifar } from "../formats/cifar.ts";
import { faultIn } from "../formats/fault.ts";
import { readTar } from "../formats/tar.ts";
import { cacheDir, dataFolder, notInDataDir } from "./cache.node.ts";
import { download } from "./download.node.ts";
import { checkImageSet, countOf, type DataSet, type ImageSet } from "./image-set.ts";
import { readPacked } from "./packed-file.node.ts";
import type { OpenOptions } from "./progress.ts";

const NAME = "cifar10";
const ARCHIVE = "cifar-10-binary.tar.gz";
const MIRRORS = ["https://www.cs.toronto.edu/~kriz/"];
// Of the 170 052 171 bytes the authors serve.
const ARCHIVE_SHA256 = "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd";
const MAX_ARCHIVE = 250_000_000;
const BATCH_IMAGES = 10_000;
const MAX_BATCH = BATCH_IMAGES * 3073;
const OFFICIAL = { train: 50_000, test: 10_000 };

/** One batch: which part it belongs to, how many images its name promises, and its unpacked bytes. */
interface Batch {
  readonly file: string;
  readonly part: "train" | "test";
  /** 1 to 5 for training batches, 0 for the test batch. */
  readonly number: number;
  readonly promised: number | undefined;
  readonly read: () => Promise<Uint8Array>;
}

/** Where to download from in place of the authors' server; for tests and for sites with a mirror of their own. */
export interface Cifar10Options extends OpenOptions {
  readonly mirrors?: readonly string[] | undefined;
}

/**
 * Opens CIFAR-10 (3×32×32, ten classes) from `dataDir`; where none is given from `NABLA_DATA`, then the cache, else downloads it. A folder
 * may hold only some batches (`data_batch_5_first2000.bin.gz` too): then the set's `note` says how many images there
 * are. Throws `DataError` where the training or the test part is missing, `FormatError` where a file is damaged.
 */
export async function openCifar10(options: Cifar10Options = {}): Promise<DataSet> {
  const found = (await findBatches(options.dataDir)) ?? (await fetchBatches(options));
  const train = await readPart("train", found, options.signal);
  const test = await readPart("test", found, options.signal);
  const note = noteOf(countOf(train), countOf(test), found.folder);
  return note === undefined ? { name: NAME, train, test } : { name: NAME, train, test, note };
}

function noteOf(train: number, test: number, folder: string): string | undefined {
  if (train === OFFICIAL.train && test === OFFICIAL.test) return undefined;
  return (
    `${NAME}: ${folder} holds a part of the set, ${train} of ${OFFICIAL.train} training images and ` +
    `${test} of ${OFFICIAL.test} test images. Say so beside any number measured on it.`
  );
}

interface Found {
  readonly folder: string;
  readonly batches: readonly Batch[];
}

async function readPart(part: Batch["part"], found: Found, signal?: AbortSignal): Promise<ImageSet> {
  const batches = found.batches.filter((batch) => batch.part === part);
  if (batches.length === 0) {
    throw new DataError(
      `${NAME}: ${found.folder} has no ${part === "train" ? "training" : "test"} batch. ` +
        `Put ${part === "train" ? "data_batch_1.bin to data_batch_5.bin" : "test_batch.bin"} there, gzipped or not.`,
      { folder: found.folder, part },
    );
  }
  const decoded = [];
  for (const { file, promised, read } of batches) {
    signal?.throwIfAborted();
    const batch = decodeCifar(await read(), file);
    if (promised !== undefined && batch.count !== promised) {
      throw faultIn(file, {
        what: "number of images is not the one in the file's name",
        where: "whole file",
        expected: promised,
        actual: batch.count,
        cure: "Fetch the file again or rename it.",
      });
    }
    decoded.push(batch);
  }
  const images = new Uint8Array(decoded.reduce((sum, batch) => sum + batch.images.length, 0));
  const labels = new Uint8Array(decoded.reduce((sum, batch) => sum + batch.count, 0));
  let at = 0;
  for (const batch of decoded) {
    images.set(batch.images, at * 3072);
    labels.set(batch.labels, at);
    at += batch.count;
  }
  return checkImageSet({ images, labels, shape: [3, 32, 32], classes: CIFAR10_CLASSES }, `${NAME} ${part}`);
}

/** Reads a batch's name; `undefined` for any other file. */
function batchOf(file: string, read: () => Promise<Uint8Array>): Batch | undefined {
  const match = /^(?:data_batch_([1-5])|test_batch)(?:_first(\d{1,5}))?\.bin(?:\.gz)?$/.exec(basename(file));
  if (!match) return undefined;
  const [, number, promised] = match;
  return {
    file,
    part: number === undefined ? "test" : "train",
    number: Number(number ?? 0),
    promised: promised === undefined ? undefined : Number(promised),
    read,
  };
}

/** One file for each batch, in order: the whole one before a first part, the unpacked one before the packed. */
function chooseBatches(batches: readonly Batch[]): Batch[] {
  const rank = ({ promised, file }: Batch): number =>
    (BATCH_IMAGES - (promised ?? BATCH_IMAGES)) * 2 + (file.endsWith(".gz") ? 1 : 0);
  const ordered = [...batches].sort((a, b) => a.number - b.number || rank(a) - rank(b));
  return ordered.filter((batch, index) => batch.number !== ordered[index - 1]?.number);
}

/** The batches of the first folder that has any, loose or in the archive; `undefined` where none has. */
async function findBatches(dataDir: string | undefined): Promise<Found | undefined> {
  const first = dataFolder(dataDir);
  const roots = first === undefined ? [] : [join(first, NAME), first];
  for (const root of dataDir ? roots : [...roots, join(cacheDir(), NAME)]) {
    for (const folder of [root, join(root, "cifar-10-batches-bin")]) {
      const files = await readdir(folder).catch((): string[] => []);
      const loose = files.map((file) => {
        const path = join(folder, file);
        return batchOf(path, () => readPacked(path, MAX_BATCH));
      });
      const batches = chooseBatches(loose.filter((batch) => batch !== undefined));
      if (batches.length > 0) return { folder, batches };
      if (files.includes(ARCHIVE)) return { folder, batches: await readArchive(join(folder, ARCHIVE)) };
    }
  }
  if (dataDir) throw notInDataDir(NAME, dataDir, `batches (data_batch_1.bin … or ${ARCHIVE})`);
  return undefined;
}

async function readArchive(path: string): Promise<Batch[]> {
  const batches: Batch[] = [];
  for (const { name, bytes } of readTar(await readPacked(path, MAX_ARCHIVE), path)) {
    const batch = batchOf(name, async () => bytes);
    if (batch) batches.push({ ...batch, file: `${path}: ${name}` });
  }
  return chooseBatches(batches);
}

async function fetchBatches(options: Cifar10Options): Promise<Found> {
  const folder = join(cacheDir(), NAME);
  const to = join(folder, ARCHIVE);
  await download({
    name: NAME,
    urls: (options.mirrors ?? MIRRORS).map((mirror) => `${mirror}${ARCHIVE}`),
    to,
    sha256: ARCHIVE_SHA256,
    maxBytes: MAX_ARCHIVE,
    signal: options.signal,
    onProgress: (done, total) =>
      options.onProgress?.({ stage: "download", what: `${NAME}/${ARCHIVE}`, done, total }),
    cure: `Put ${ARCHIVE} or its data_batch_1.bin … test_batch.bin into ${folder}, or pass --data-dir.`,
  });
  return { folder, batches: await readArchive(to) };
}
