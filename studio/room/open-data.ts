// What is learned from: digits drawn here, a published set that the command line serves, or files given to the page.
// Runs in the worker.
import { DataError } from "nabla";
import { generateDigits, type ImageSet, splitStratified, takeFirst } from "nabla/data";
import { decodeSafetensors } from "nabla/formats";
import { type Failure, paths, type ServedData } from "nabla/server";
import { type GivenFile, readFiles } from "./open-files.ts";
import type { RoomSettings } from "./settings.ts";

/** Training images and those that it is judged by. */
export interface RoomData {
  readonly train: ImageSet;
  readonly validation: ImageSet;
}

/** A validation image for so many training images. */
const SHARE = 5;

export async function openData(
  { source, images }: Pick<RoomSettings, "source" | "images">,
  files: readonly GivenFile[],
): Promise<RoomData> {
  const held = Math.ceil(images / SHARE);
  if (source === "digits") {
    const { train, test } = generateDigits({ train: images, test: held });
    return { train, validation: test };
  }
  const { train, validation } = source === "files" ? await readFiles(files) : await fetchSet(source, images);
  if (validation === undefined) {
    return splitStratified(takeFirst(train, images + held), held / (images + held), 1);
  }
  return { train: takeFirst(train, images), validation: takeFirst(validation, held) };
}

async function fetchSet(name: ServedData, limit: number): Promise<{ train: ImageSet; validation: ImageSet }> {
  const answer = await fetch(paths.data(name, { limit }));
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
  const setOf = (part: string): ImageSet => {
    const images = tensors.get(`${part}.images`)!;
    const [, channels, height, width] = images.shape as [number, number, number, number];
    const labels = tensors.get(`${part}.labels`)!.data as Uint8Array;
    return { images: images.data as Uint8Array, labels, shape: [channels, height, width], classes };
  };
  return { train: setOf("train"), validation: setOf("test") };
}
