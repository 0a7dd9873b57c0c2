// A data set from folders of pictures, one sub-folder a class, decoded to one size with several at a time.
// Knows nothing of training; the decoding is in image-file.node.ts.
import { readdir, stat } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { basename, join, resolve } from "node:path";
import { ConfigError, DataError } from "../base/errors.ts";
import { decodeImage, type ImageForm } from "./image-file.node.ts";
import { checkImageSet, countOf, type DataSet, type ImageSet } from "./image-set.ts";
import type { OpenOptions } from "./progress.ts";
import { splitStratified } from "./split.ts";

const PICTURE = /\.(png|jpe?g|webp)$/i;
const DEFAULT_FORM: ImageForm = { channels: 3, height: 64, width: 64 };
// Labels are bytes.
const MAX_CLASSES = 256;
const MAX_BYTES = 2 ** 31;

/** The form all pictures are brought into (3×64×64 unless given), and the share held out where there is no test folder. */
export interface ImageFolderOptions extends OpenOptions {
  readonly image?: ImageForm | undefined;
  /** Share of each class held out for testing, 0.2 unless given; chosen by the seed. */
  readonly testFraction?: number | undefined;
}

interface Labelled {
  readonly path: string;
  readonly label: number;
}

/**
 * Opens `folder/class/*.png|jpg|webp`, or `folder/train/class/*` with `folder/test/class/*`. Classes are the names of the
 * sub-folders in order of their characters. Throws `DataError` for a missing folder, an empty class, a class that only
 * one part has, or a picture that cannot be decoded; `ConfigError` for a form that makes no sense.
 */
export async function openImageFolder(folder: string, options: ImageFolderOptions = {}): Promise<DataSet> {
  const form = checkForm(options.image ?? DEFAULT_FORM);
  const root = resolve(folder);
  const parts = await listFolders(root);
  const name = basename(root);
  if (!parts.includes("train") || !parts.includes("test")) {
    const whole = await readTree(root, await classesOf(root, parts), form, options);
    const { train, validation } = splitStratified(whole, options.testFraction ?? 0.2, options.seed ?? 0);
    const note = `${name}: ${countOf(validation)} of ${countOf(whole)} pictures were held out for testing.`;
    return { name, train, test: validation, note };
  }
  const [trainRoot, testRoot] = [join(root, "train"), join(root, "test")];
  const classes = await classesOf(trainRoot, await listFolders(trainRoot));
  const other = await classesOf(testRoot, await listFolders(testRoot));
  const odd = [...new Set([...classes, ...other])].find(
    (each) => !classes.includes(each) || !other.includes(each),
  );
  if (odd !== undefined) {
    const lacking = classes.includes(odd) ? testRoot : trainRoot;
    throw new DataError(
      `${name}: class "${odd}" is missing in ${lacking}. Give both parts the same sub-folders.`,
      { class: odd, folder: lacking },
    );
  }
  const train = await readTree(trainRoot, classes, form, options);
  return { name, train, test: await readTree(testRoot, classes, form, options) };
}

function checkForm(form: ImageForm): ImageForm {
  const { channels, height, width } = form;
  const isSide = (side: number): boolean => Number.isInteger(side) && side >= 1 && side <= 16_384;
  if ((channels === 1 || channels === 3) && isSide(height) && isSide(width)) return form;
  throw new ConfigError(
    `image folder: pictures of ${channels}×${height}×${width} are not possible. ` +
      "Give 1 or 3 channels and sides from 1 to 16384.",
    { channels, height, width },
  );
}

async function listFolders(root: string): Promise<string[]> {
  const names = await readdir(root).catch((error: NodeJS.ErrnoException) => {
    throw new DataError(
      `${root}: the folder could not be read (${error.code}). Check the path.`,
      { folder: root },
      error,
    );
  });
  const visible = names.filter((name) => !name.startsWith(".")).sort();
  const kinds = await Promise.all(visible.map((name) => stat(join(root, name)).catch(() => undefined)));
  return visible.filter((_, index) => kinds[index]?.isDirectory());
}

async function classesOf(root: string, names: readonly string[]): Promise<readonly string[]> {
  if (names.length >= 2 && names.length <= MAX_CLASSES) return names;
  throw new DataError(
    `${root}: there are ${names.length} sub-folders, a data set needs 2 to ${MAX_CLASSES}, one a class. ` +
      "Put the pictures of each class into a folder of its own.",
    { folder: root, classes: names.length },
  );
}

async function listPictures(root: string, classes: readonly string[]): Promise<Labelled[]> {
  const found: Labelled[] = [];
  for (const [label, name] of classes.entries()) {
    const files = (await readdir(join(root, name))).filter(
      (file) => PICTURE.test(file) && !file.startsWith("."),
    );
    if (files.length === 0) {
      throw new DataError(
        `${join(root, name)}: there is no PNG, JPEG or WebP picture in it. Add some or remove the folder.`,
        { folder: join(root, name) },
      );
    }
    for (const file of files.sort()) found.push({ path: join(root, name, file), label });
  }
  return found;
}

async function readTree(
  root: string,
  classes: readonly string[],
  form: ImageForm,
  { onProgress, signal }: ImageFolderOptions,
): Promise<ImageSet> {
  const pictures = await listPictures(root, classes);
  const size = form.channels * form.height * form.width;
  if (pictures.length * size > MAX_BYTES) {
    throw new DataError(
      `${root}: ${pictures.length} pictures of ${form.channels}×${form.height}×${form.width} take ` +
        `${pictures.length * size} bytes, at most ${MAX_BYTES} fit. Choose a smaller size.`,
      { count: pictures.length, size },
    );
  }
  const images = new Uint8Array(pictures.length * size);
  let next = 0;
  let done = 0;
  let hasFailed = false;
  const work = async (): Promise<void> => {
    while (next < pictures.length && !hasFailed) {
      signal?.throwIfAborted();
      const at = next++;
      images.set(await decodeImage(pictures[at]!.path, form), at * size);
      onProgress?.({ stage: "decode", what: basename(root), done: ++done, total: pictures.length });
    }
  };
  const workers = Array.from({ length: Math.min(availableParallelism(), pictures.length) }, () =>
    work().catch((error: unknown) => {
      hasFailed = true;
      throw error;
    }),
  );
  await Promise.all(workers);
  const labels = Uint8Array.from(pictures, ({ label }) => label);
  return checkImageSet(
    { images, labels, shape: [form.channels, form.height, form.width], classes },
    basename(root),
  );
}
