// Opens a data set by its name or by the path of a folder of pictures: the one door the command line uses.
// Knows nothing of how each source works.
import { stat } from "node:fs/promises";
import { ConfigError, DataError } from "../base/errors.ts";
import { nearestName } from "../base/nearest-name.ts";
import { checkDataDir } from "./cache.node.ts";
import { openCifar10 } from "./cifar10.node.ts";
import { type DigitsOptions, openDigits } from "./digits.node.ts";
import { type ImageFolderOptions, openImageFolder } from "./image-folder.node.ts";
import type { DataSet } from "./image-set.ts";
import { openMnist } from "./mnist.node.ts";

/** Names that `openDataSet` knows; anything else is taken for a folder. */
export const DATA_SET_NAMES = ["digits", "mnist", "fashion-mnist", "cifar10"] as const;

/** Options of all sources together; each takes what concerns it. */
export interface OpenDataSetOptions extends DigitsOptions, ImageFolderOptions {
  /** Where to download from in place of the public servers. */
  readonly mirrors?: readonly string[] | undefined;
}

/**
 * Opens `digits`, `mnist`, `fashion-mnist`, `cifar10`, or a folder with a sub-folder of pictures for each class.
 * Throws `ConfigError` for an unknown name, naming the nearest one, `DataError` for a `dataDir` that does not exist, and
 * what the source throws.
 */
export async function openDataSet(name: string, options: OpenDataSetOptions = {}): Promise<DataSet> {
  await checkDataDir(options.dataDir);
  switch (name) {
    case "digits":
      return openDigits(options);
    case "mnist":
    case "fashion-mnist":
      return openMnist(name, options);
    case "cifar10":
      return openCifar10(options);
  }
  const isFolder = await stat(name).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isFolder) return openImageFolder(name, options);
  if (/[/\\]/.test(name)) {
    throw new DataError(
      `${name}: there is no such folder. Give the path of a folder with one sub-folder of pictures a class.`,
      { name },
    );
  }
  const nearest = nearestName(name, DATA_SET_NAMES);
  throw new ConfigError(
    `data set: "${name}" is unknown. ${nearest ? `Did you mean "${nearest}"? ` : ""}` +
      `Use one of ${DATA_SET_NAMES.join(", ")}, or the path of a folder.`,
    { name, nearest, known: DATA_SET_NAMES },
  );
}
