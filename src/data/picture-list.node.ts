// What the sources of pictures have in common: labelled PNG, JPEG or WebP files that nobody has looked at yet, and how
// they become a stream of images. Knows nothing of where the files are.
import { availableParallelism } from "node:os";
import { DataError } from "../base/errors.ts";
import { RandomStream } from "../base/random.ts";
import { decodeImage, type ImageForm, pictureForm } from "./image-file.node.ts";
import type { ImageStream } from "./image-set.ts";
import { inParallel } from "./in-parallel.ts";

/** Names of files that are taken for pictures. */
export const PICTURE = /\.(png|jpe?g|webp)$/i;
/** Labels are bytes. */
export const MAX_CLASSES = 256;

/** Labelled pictures, by place; none is read before it is asked for. */
export interface PictureList {
  readonly name: string;
  readonly labels: Uint8Array;
  /** Sizes of the runs of pictures that lie together. */
  readonly shards: readonly number[];
  /** How a picture is called in messages. */
  readonly nameOf: (index: number) => string;
  /** The path of a picture's file, or its bytes. */
  readonly fetch: (index: number) => Promise<string | Uint8Array>;
  /** The files all of them come from, in order: where these have not changed, neither have the pictures. */
  readonly files: readonly string[];
}

/** A picture's file and its class. */
export interface LabelledFile {
  readonly path: string;
  readonly label: number;
  /** How it is called in messages, its path if left out. */
  readonly name?: string;
}

/** Labelled files as a list, in an order that is mixed but always the same, so that any stretch is a fair sample. */
export function fileList(name: string, found: readonly LabelledFile[]): PictureList {
  const files = new RandomStream(0).shuffle([...found]);
  return {
    name,
    labels: Uint8Array.from(files, ({ label }) => label),
    shards: [files.length],
    nameOf: (index) => files[index]!.name ?? files[index]!.path,
    fetch: async (index) => files[index]!.path,
    files: files.map(({ path }) => path),
  };
}

/** The parts of a data set of pictures; without a test part, some of the first are held out. */
export interface PictureSource {
  readonly name: string;
  readonly classes: readonly string[];
  readonly train: PictureList;
  readonly test?: PictureList | undefined;
  readonly validation?: PictureList | undefined;
  /** Whether it is meant to be read piece by piece while it is learned from, not all at once. */
  readonly isStreamed: boolean;
}

/** The form of the pictures: the one given, else that of the first, which all others must then have. */
export async function formOf(list: PictureList, given: ImageForm | undefined): Promise<ImageForm> {
  return given ?? pictureForm(await list.fetch(0), list.nameOf(0));
}

/** Pictures decoded when wanted, up to `workers` at a time on threads of their own; one a core unless given. */
export function decodedStream(
  list: PictureList,
  classes: readonly string[],
  form: ImageForm,
  workers: number = availableParallelism(),
): Omit<ImageStream, "statistics"> {
  const { channels, height, width } = form;
  const size = channels * height * width;
  return {
    labels: list.labels,
    shards: list.shards,
    classes,
    shape: [channels, height, width],
    read: async (indices, signal) => {
      const images = new Uint8Array(indices.length * size);
      const decode = async (at: number): Promise<void> => {
        const index = indices[at]!;
        images.set(await decodeImage(await list.fetch(index), form, list.nameOf(index)), at * size);
      };
      await inParallel(indices.length, workers, decode, signal);
      return images;
    },
  };
}

/** The names of classes as they are; throws `DataError` where they are too few, too many or the same. */
export function checkClasses(names: readonly string[], where: string): readonly string[] {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new DataError(`${where}: the class "${twice}" stands there twice. Give each class one name.`, {
      class: twice,
    });
  }
  if (names.length >= 2 && names.length <= MAX_CLASSES) return names;
  throw new DataError(
    `${where}: there are ${names.length} classes (${names.slice(0, 3).join(", ")}${names.length > 3 ? ", …" : ""}), ` +
      `a data set needs 2 to ${MAX_CLASSES}. Check the labels.`,
    { where, classes: names.length },
  );
}

/** Class names of labels as they are written: in order of their numbers where all are whole numbers, else of their characters. */
export function classNames(labels: Iterable<string>, where: string): readonly string[] {
  const names = [...new Set(labels)];
  const areNumbers = names.every((label) => /^\d{1,9}$/.test(label));
  return checkClasses(names.sort(areNumbers ? (a, b) => Number(a) - Number(b) : undefined), where);
}
