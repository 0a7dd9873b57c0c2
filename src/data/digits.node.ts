// The embedded digits, drawn once and kept in the cache as IDX files with their SHA-256, one set a seed: the largest
// asked for, of which smaller ones are the beginning. A damaged or outdated copy is drawn anew. Knows nothing of how a digit is drawn; that is digits/.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { ConfigError, NablaError } from "../base/errors.ts";
import { decodeIdxImages, decodeIdxLabels, encodeIdxImages, encodeIdxLabels } from "../formats/idx.ts";
import { atomicWrite } from "./atomic-write.node.ts";
import { cacheDir } from "./cache.node.ts";
import { sha256 } from "./digest.node.ts";
import { DIGIT_CLASSES, type DigitSplit, generateRange } from "./digits/index.ts";
import { checkImageSet, countOf, type DataSet, type ImageSet } from "./image-set.ts";
import { readPacked } from "./packed-file.node.ts";
import type { OpenOptions } from "./progress.ts";
import { takeFirst } from "./split.ts";

const SUMS = "SHA256SUMS";
const MAX_BYTES = 2 ** 31;
// Enough for forms that are drawn rarely; some twenty milliseconds.
const PROBE_IMAGES = 500;
const DIGIT_SIDE = 28;
const DIGIT_PIXELS = DIGIT_SIDE * DIGIT_SIDE;
// The two gigabytes a file may have, in images.
const MAX_IMAGES = 2_000_000;
// Some thirty milliseconds of drawing.
const PIECE = 1000;

/** Sizes of the two parts besides what every source takes. */
export interface DigitsOptions extends OpenOptions {
  readonly train?: number | undefined;
  readonly test?: number | undefined;
}

/** Names the version of the drawing by what it draws: any change to it that shows changes these images. */
function versionOf(seed: number): string {
  const probe = generateRange(seed, "train", 0, PROBE_IMAGES);
  return sha256(probe.images, probe.labels).slice(0, 12);
}

/**
 * Opens the embedded digits (28×28 grey, ten classes; 60 000 + 10 000 images unless told otherwise) for a seed, from
 * the cache or drawn anew. A cache that cannot be written costs a warning, no more. Throws `ConfigError` for a bad seed or size.
 */
export async function openDigits(options: DigitsOptions = {}): Promise<DataSet> {
  const { seed = 0, train = 60_000, test = 10_000, onProgress, signal } = options;
  signal?.throwIfAborted();
  checkSize("train", train);
  checkSize("test", test);
  const folder = join(cacheDir(), "digits", `${versionOf(seed)}-seed${seed}`);
  const cached = await readCached(folder);
  const kept = cached ? { train: countOf(cached.train), test: countOf(cached.test) } : { train: 0, test: 0 };
  if (cached && kept.train >= train && kept.test >= test) return firstOf(cached, train, test);
  // The part that is large enough already keeps its size, so that what is in the cache only grows.
  const sizes = { train: Math.max(train, kept.train), test: Math.max(test, kept.test) };
  const total = sizes.train + sizes.test;
  const told = (done: number): void => onProgress?.({ stage: "generate", what: "digits", done, total });
  const set = {
    name: "digits",
    train: await drawPart(seed, "train", sizes.train, told, signal),
    test: await drawPart(seed, "test", sizes.test, (done) => told(sizes.train + done), signal),
  };
  try {
    await writeCached(folder, set, signal);
  } catch (error) {
    if (signal?.aborted || !(error instanceof NablaError)) throw error;
    const warn = options.onWarning ?? ((message: string) => process.emitWarning(message));
    warn(`digits: the generated images are not kept, they will be drawn again next time. ${error.message}`);
  }
  return firstOf(set, train, test);
}

const firstOf = (set: DataSet, train: number, test: number): DataSet => ({
  name: set.name,
  train: takeFirst(set.train, train),
  test: takeFirst(set.test, test),
});

function checkSize(part: DigitSplit, count: number): void {
  if (Number.isSafeInteger(count) && count >= 1 && count <= MAX_IMAGES) return;
  throw new ConfigError(
    `digits: ${part} must be a whole number from 1 to ${MAX_IMAGES}, it is ${count}. Give a number of images.`,
    { [part]: count },
  );
}

/** Draws a part piece by piece and lets other work in between: a page to serve, a key that stops it all. */
async function drawPart(
  seed: number,
  part: DigitSplit,
  count: number,
  told: (done: number) => void,
  signal: AbortSignal | undefined,
): Promise<ImageSet> {
  const images = new Uint8Array(count * DIGIT_PIXELS);
  const labels = new Uint8Array(count);
  for (let start = 0; start < count; start += PIECE) {
    const end = Math.min(count, start + PIECE);
    const piece = generateRange(seed, part, start, end);
    images.set(piece.images, start * DIGIT_PIXELS);
    labels.set(piece.labels, start);
    told(end);
    await setImmediate();
    signal?.throwIfAborted();
  }
  return { images, labels, shape: [1, DIGIT_SIDE, DIGIT_SIDE], classes: DIGIT_CLASSES };
}

/** Names of a part's two files. */
const filesOf = (part: DigitSplit): [images: string, labels: string] => [
  `${part}-images-idx3-ubyte`,
  `${part}-labels-idx1-ubyte`,
];

async function writeCached(folder: string, set: DataSet, signal: AbortSignal | undefined): Promise<void> {
  const sums: string[] = [];
  for (const part of ["train", "test"] as const) {
    const { images, labels, shape } = set[part];
    const [count, height, width] = [labels.length, shape[1], shape[2]];
    const contents = [encodeIdxImages({ count, height, width, images }), encodeIdxLabels(labels)];
    for (const [index, file] of filesOf(part).entries()) {
      await atomicWrite(join(folder, file), contents[index]!, { signal });
      sums.push(`${sha256(contents[index]!)}  ${file}\n`);
    }
  }
  // Last, so that a folder with sums is complete; in the form the sha256sum command checks.
  await atomicWrite(join(folder, SUMS), sums.join(""), { signal });
}

/** The cached set, or `undefined` where it is missing or not what was written. */
async function readCached(folder: string): Promise<DataSet | undefined> {
  const sums = await readFile(join(folder, SUMS), "utf8").catch(() => undefined);
  if (sums === undefined) return undefined;
  const expected = new Map(
    sums.split("\n").map((line) => [line.slice(66), line.slice(0, 64)] as [string, string]),
  );
  try {
    const parts = [await readPart(folder, "train", expected), await readPart(folder, "test", expected)];
    const [first, second] = parts;
    if (!first || !second) return undefined;
    return { name: "digits", train: first, test: second };
  } catch (error) {
    if (error instanceof NablaError) return undefined;
    throw error;
  }
}

async function readPart(
  folder: string,
  part: DigitSplit,
  expected: ReadonlyMap<string, string>,
): Promise<ImageSet | undefined> {
  const [imageFile, labelFile] = filesOf(part);
  const imageBytes = await readPacked(join(folder, imageFile), MAX_BYTES);
  const labelBytes = await readPacked(join(folder, labelFile), MAX_BYTES);
  if (sha256(imageBytes) !== expected.get(imageFile)) return undefined;
  if (sha256(labelBytes) !== expected.get(labelFile)) return undefined;
  const { height, width, images } = decodeIdxImages(imageBytes, imageFile);
  const labels = decodeIdxLabels(labelBytes, labelFile);
  return checkImageSet({ images, labels, shape: [1, height, width], classes: DIGIT_CLASSES }, "digits");
}
