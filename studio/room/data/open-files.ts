// Data sets from files given to the page: MNIST's IDX files, CIFAR-10's batches, packed or not, and folders of pictures, a
// folder a class. Runs in the worker; trusts nothing it reads.
import { DataError } from "nabla";
import { checkImageSet, type ImageSet } from "nabla/data";
import {
  CIFAR_RECORD,
  CIFAR10_CLASSES,
  decodeCifar,
  decodeIdxImages,
  decodeIdxLabels,
  type IdxImages,
} from "nabla/formats";
import { type GivenFile, unpack } from "./given-file.ts";
import { isPicture, readPictures } from "./pictures.ts";

/** What is learned from, and what it is judged by where the files hold that. */
export interface FileData {
  readonly train: ImageSet;
  readonly validation?: ImageSet | undefined;
}

const magicOf = (bytes: Uint8Array): number =>
  bytes.length < 4 ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
const IDX_IMAGES = 0x803;
const IDX_LABELS = 0x801;

/** Batches have no mark of their own: they go by their names and their size. */
const isCifar = ({ path, bytes }: GivenFile): boolean =>
  /\.bin$/i.test(path) && bytes.length > 0 && bytes.length % CIFAR_RECORD === 0;

/** The set in these files, and one for validation where they hold one; throws `DataError` or `FormatError`. */
export async function readFiles(given: readonly GivenFile[]): Promise<FileData> {
  const files = await unpack(given);
  const pictures = files.filter(isPicture);
  if (pictures.length > 0) return { train: await readPictures(pictures) };
  const batches = files.filter(isCifar);
  if (batches.length > 0) return readCifar(batches);
  const images = files.filter(({ bytes }) => magicOf(bytes) === IDX_IMAGES);
  const labels = files.filter(({ bytes }) => magicOf(bytes) === IDX_LABELS);
  if (images.length === 0 || labels.length === 0) {
    throw new DataError(
      `files: ${given.length} files hold ${images.length} sets of images and ${labels.length} of labels. ` +
        "Give MNIST's images and labels (idx3-ubyte and idx1-ubyte), CIFAR-10's batches (.bin), packed or not, " +
        "or a folder with a folder of pictures for each class.",
    );
  }
  const sets = images.map((file) => setOf(file, labels)).sort((a, b) => b.labels.length - a.labels.length);
  return { train: sets[0]!, validation: sets[1] };
}

/** The images of a file with the labels that are as many, those with the likest name first. */
function setOf({ path, bytes }: GivenFile, labels: readonly GivenFile[]): ImageSet {
  const pictures: IdxImages = decodeIdxImages(bytes, path);
  const start = (name: string): string => name.split("/").at(-1)!.slice(0, 4);
  const isNamedAlike = (file: GivenFile): boolean => start(file.path) === start(path);
  const fitting = labels
    .map((file) => ({ file, labels: decodeIdxLabels(file.bytes, file.path) }))
    .filter((each) => each.labels.length === pictures.count)
    .sort((a, b) => Number(isNamedAlike(b.file)) - Number(isNamedAlike(a.file)))[0];
  if (fitting === undefined) {
    throw new DataError(
      `${path}: there are ${pictures.count} images and no file with as many labels. Give the labels that belong to it.`,
      { path, count: pictures.count },
    );
  }
  const most = fitting.labels.reduce((max, label) => Math.max(max, label), 0);
  const classes = Array.from({ length: Math.max(2, most + 1) }, (_, label) => String(label));
  const { images, height, width } = pictures;
  return checkImageSet({ images, labels: fitting.labels, shape: [1, height, width], classes }, path);
}

/** The batches of CIFAR-10, those named after the test for validation. */
function readCifar(files: readonly GivenFile[]): FileData {
  const isTest = ({ path }: GivenFile): boolean => /test/i.test(path.split("/").at(-1)!);
  const setOfBatches = (batches: readonly GivenFile[]): ImageSet | undefined => {
    if (batches.length === 0) return undefined;
    const sorted = batches.toSorted((a, b) => (a.path < b.path ? -1 : 1));
    const parts = sorted.map(({ path, bytes }) => decodeCifar(bytes, path));
    const join = (name: "images" | "labels"): Uint8Array => {
      const whole = new Uint8Array(parts.reduce((sum, part) => sum + part[name].length, 0));
      let at = 0;
      for (const part of parts) {
        whole.set(part[name], at);
        at += part[name].length;
      }
      return whole;
    };
    return { images: join("images"), labels: join("labels"), shape: [3, 32, 32], classes: CIFAR10_CLASSES };
  };
  const [train, validation] = [
    setOfBatches(files.filter((file) => !isTest(file))),
    setOfBatches(files.filter(isTest)),
  ];
  // The test batch alone can be learned from too.
  return train === undefined ? { train: validation! } : { train, validation };
}
