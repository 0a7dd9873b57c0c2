// The reader's files in the worker: read once when they are given, and what they hold is kept until others take its place.
import { countOf } from "nabla/data";
import type { GivenFile } from "./given-file.ts";
import { type FileData, readFiles } from "./open-files.ts";

/** What the reader's files hold. */
export interface FilesInfo {
  readonly shape: readonly number[];
  readonly classes: readonly string[];
  /** Images, and those for validation where the files hold some apart. */
  readonly images: number;
  readonly validation: number;
}

let held: FileData | undefined;

/** Takes these files in place of those before, which stay where these are no data set: then `DataError`. */
export async function takeFiles(files: readonly GivenFile[]): Promise<FilesInfo> {
  held = await readFiles(files);
  const { train, validation } = held;
  const { shape, classes } = train;
  return { shape, classes, images: countOf(train), validation: validation ? countOf(validation) : 0 };
}

/** What was taken last. */
export const ownData = (): FileData | undefined => held;
