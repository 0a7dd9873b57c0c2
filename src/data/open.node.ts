// Opens a data set by its name or by the path of pictures: the one door the command line uses.
// Knows nothing of how each source works.
import { stat } from "node:fs/promises";
import { ConfigError, DataError } from "../base/errors.ts";
import { nearestName } from "../base/nearest-name.ts";
import { checkDataDir } from "./cache.node.ts";
import { openCifar10 } from "./cifar10.node.ts";
import { type DigitsOptions, openDigits } from "./digits.node.ts";
import { listImageFolder } from "./image-folder.node.ts";
import type { DataSet, ImageSource } from "./image-set.ts";
import { openMnist } from "./mnist.node.ts";
import { intoMemory, openPictures, type PictureOptions } from "./open-pictures.node.ts";
import { listCsv } from "./picture-csv.node.ts";
import type { PictureList, PictureSource } from "./picture-list.node.ts";
import { hasShards, listTarShards } from "./tar-shards.node.ts";

/** Names that `openDataSet` knows; anything else is taken for a path. */
export const DATA_SET_NAMES = ["digits", "mnist", "fashion-mnist", "cifar10"] as const;

/** Options of all sources together; each takes what concerns it. */
export interface OpenDataSetOptions extends DigitsOptions, PictureOptions {
  /** Where to download from in place of the public servers. */
  readonly mirrors?: readonly string[] | undefined;
  /** Pictures that training is judged by, a source of their own with the same classes. */
  readonly validationData?: string | undefined;
  /** Pictures for the score at the end, likewise. */
  readonly testData?: string | undefined;
}

const WHAT = "a folder of pictures, a CSV file, or tar shards";

/** Opens a set by name; undefined where it is none of those known. */
async function openNamed(name: string, options: OpenDataSetOptions): Promise<DataSet | undefined> {
  if (!(DATA_SET_NAMES as readonly string[]).includes(name)) return undefined;
  const { image, stream, cache, validationData, testData } = options;
  const odd = Object.entries({ image, stream, cache, validationData, testData }).find(
    ([, value]) => value !== undefined,
  );
  if (odd !== undefined) {
    throw new ConfigError(
      `data set: ${name} is held in memory as it is, ${odd[0] === "image" ? "size" : odd[0]} is for pictures. ` +
        `Leave it out, or give ${WHAT}.`,
      { name, option: odd[0] },
    );
  }
  if (name === "digits") return openDigits(options);
  return name === "cifar10" ? openCifar10(options) : openMnist(name as "mnist" | "fashion-mnist", options);
}

/** The pictures at a path or pattern, listed; undefined where there is nothing. */
async function listPictures(name: string, options: OpenDataSetOptions): Promise<PictureSource | undefined> {
  if (/\.(tar\.\w+|tgz)$/i.test(name)) {
    throw new DataError(
      `${name}: a packed archive cannot be read in places. Unpack it to a plain tar: gunzip.`,
      { name },
    );
  }
  if (/[{}]/.test(name)) return listTarShards(name);
  const found = await stat(name).catch(() => undefined);
  if (found === undefined) return undefined;
  if (found.isDirectory()) return (await hasShards(name)) ? listTarShards(name) : listImageFolder(name);
  if (/\.(csv|tsv)$/i.test(name)) return listCsv(name, options);
  if (/\.tar$/i.test(name)) return listTarShards(name);
  throw new DataError(`${name}: is no data set. Give ${WHAT}.`, { name });
}

/** The pictures of another source as a part of `source`; throws `DataError` for a class that `source` lacks. */
async function partFrom(
  name: string | undefined,
  source: PictureSource,
  options: OpenDataSetOptions,
): Promise<PictureList | undefined> {
  if (name === undefined) return undefined;
  const other = await listPictures(name, options);
  if (other === undefined) throw unknown(name);
  const places = other.classes.map((label) => source.classes.indexOf(label));
  const odd = other.classes.find((_, index) => places[index]! < 0);
  if (odd === undefined) return { ...other.train, labels: other.train.labels.map((label) => places[label]!) };
  throw new DataError(
    `${name}: has the class "${odd}", ${source.name} has ${source.classes.slice(0, 5).join(", ")}` +
      `${source.classes.length > 5 ? ", …" : ""}. Give pictures of the classes that are learned.`,
    { name, class: odd },
  );
}

function unknown(name: string): ConfigError | DataError {
  if (/[/\\]|\.(csv|tsv|tar)$/i.test(name)) {
    return new DataError(`${name}: there is no such folder or file. Give the path of ${WHAT}.`, { name });
  }
  const nearest = nearestName(name, DATA_SET_NAMES);
  return new ConfigError(
    `data set: "${name}" is unknown. ${nearest ? `Did you mean "${nearest}"? ` : ""}` +
      `Use one of ${DATA_SET_NAMES.join(", ")}, or the path of ${WHAT}.`,
    { name, nearest, known: DATA_SET_NAMES },
  );
}

/**
 * Opens `digits`, `mnist`, `fashion-mnist`, `cifar10`, or pictures: a folder with a sub-folder for each class, a CSV file
 * of `path,label`, tar shards (one, a folder of them, or a pattern like `x-{000..009}.tar`). Pictures may come as a
 * stream. Throws `ConfigError` for an unknown name, naming the nearest one, `DataError` for a `dataDir` that does not
 * exist, and what the source throws.
 */
export async function openImages(
  name: string,
  options: OpenDataSetOptions = {},
): Promise<DataSet<ImageSource>> {
  await checkDataDir(options.dataDir);
  const named = await openNamed(name, options);
  if (named !== undefined) return named;
  const pictures = await listPictures(name, options);
  if (pictures === undefined) throw unknown(name);
  const { validationData, testData } = options;
  const validation = (await partFrom(validationData, pictures, options)) ?? pictures.validation;
  const test = (await partFrom(testData, pictures, options)) ?? pictures.test;
  return openPictures({ ...pictures, validation, test }, options);
}

/** Opens a data set as `openImages` does and holds all of it in memory; throws `DataError` where it does not fit. */
export const openDataSet = async (name: string, options: OpenDataSetOptions = {}): Promise<DataSet> =>
  intoMemory(await openImages(name, options));
