// What is learned from, and what nets are looked at with: digits drawn here, a set that the command line serves, or files
// given to the page. Runs in the worker.
import { DataError } from "nabla";
import { countOf, generateDigits, type ImageSet, splitStratified, takeFirst } from "nabla/data";
import { decodeSafetensors } from "nabla/formats";
import { type DataOffer, type Failure, paths, type ServedData } from "nabla/server";
import type { RoomSettings, SourceName } from "../settings.ts";
import { ask } from "../watch/ask.ts";
import type { FileData } from "./open-files.ts";

/** Training images and those that it is judged by. */
export interface RoomData {
  readonly train: ImageSet;
  readonly validation: ImageSet;
}

/** A validation image for so many training images. */
const SHARE = 5;

/** So many images, of each class its share. */
const someOf = (set: ImageSet, count: number): ImageSet =>
  count >= countOf(set) ? set : splitStratified(set, count / countOf(set), 1).validation;

/** What is in the reader's files, where there are any. */
function ownOf(own: FileData | undefined): FileData {
  if (own !== undefined) return own;
  throw new DataError("files: none have been given. Choose some, or drop them on the page.");
}

/** What a session learns from; `own` is what the reader's files hold. */
export async function openData(
  { source, images }: Pick<RoomSettings, "source" | "images">,
  own?: FileData,
): Promise<RoomData> {
  const held = Math.ceil(images / SHARE);
  if (source === "digits") {
    const { train, test } = generateDigits({ train: images, test: held });
    return { train, validation: test };
  }
  const { train, validation } =
    source === "files" ? ownOf(own) : await fetchSet(source, ["train", "test"], images);
  // Pictures come folder by folder: the first of them would be of few classes.
  if (validation === undefined) {
    return splitStratified(someOf(train!, images + held), held / (images + held), 1);
  }
  return { train: takeFirst(train!, images), validation: takeFirst(validation, held) };
}

/** Images to look at nets with, so many at the most: none that the source's training images are. */
export async function openImages(source: SourceName, most: number, own?: FileData): Promise<ImageSet> {
  if (source === "digits") return generateDigits({ train: 1, test: most }).test;
  if (source === "files") {
    const { train, validation } = ownOf(own);
    return someOf(validation ?? train, most);
  }
  return (await fetchSet(source, ["test"], most)).validation!;
}

/** What the command line serves of its own; undefined where it serves nothing. */
export const dataOffer = async (): Promise<DataOffer["given"]> => (await ask<DataOffer>(paths.offer))?.given;

async function fetchSet(
  name: ServedData,
  parts: readonly ("train" | "test")[],
  limit: number,
): Promise<{ readonly train?: ImageSet; readonly validation?: ImageSet }> {
  const [part] = parts;
  const answer = await fetch(paths.data(name, { limit, ...(parts.length === 1 && { part: part! }) }));
  if (!answer.ok) {
    const failure = (await answer.json().catch(() => undefined)) as Failure | undefined;
    throw new DataError(
      failure?.error ??
        `data: ${name} is not served here. Open the studio by nabla studio, or give the page the files.`,
      { name },
    );
  }
  const { tensors, metadata } = decodeSafetensors(new Uint8Array(await answer.arrayBuffer()), name);
  const classes = JSON.parse(metadata["classes"]!) as string[];
  const setOf = (each: string): ImageSet => {
    const images = tensors.get(`${each}.images`)!;
    const [, channels, height, width] = images.shape as [number, number, number, number];
    const labels = tensors.get(`${each}.labels`)!.data as Uint8Array;
    return { images: images.data as Uint8Array, labels, shape: [channels, height, width], classes };
  };
  return {
    ...(parts.includes("train") && { train: setOf("train") }),
    ...(parts.includes("test") && { validation: setOf("test") }),
  };
}
