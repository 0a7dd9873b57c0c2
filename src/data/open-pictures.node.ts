// From lists of pictures to a data set: finds the form, decodes once into the cache or each time anew, and holds the
// images in memory or streams them. Knows nothing of where pictures come from.
import { ConfigError, DataError } from "../base/errors.ts";
import { cacheDir } from "./cache.node.ts";
import type { ImageForm } from "./image-file.node.ts";
import { checkImageSet, type DataSet, type ImageSource, type ImageStream, imageBytes } from "./image-set.ts";
import { decodedStream, formOf, type PictureList, type PictureSource } from "./picture-list.node.ts";
import type { OpenOptions } from "./progress.ts";
import { type Images, readRange, throughCache } from "./shard-cache.node.ts";
import { splitStratified } from "./split.ts";
import { sampleStatistics } from "./statistics.ts";

// What a typed array may have, and what is taken without being asked.
const MAX_BYTES = 2 ** 31;
const USUAL_BYTES = 2 ** 30;

/** What sources of pictures take. */
export interface PictureOptions extends OpenOptions {
  /** The form all pictures are brought into; that of the first, which all others must then have, unless given. */
  readonly image?: ImageForm | undefined;
  /** Share of each class held out for testing where there is no test part, 0.2 unless given; chosen by the seed. */
  readonly testFraction?: number | undefined;
  /** Whether images are read when they are wanted, in place of all at once; for tar shards and over 1 GiB unless given. */
  readonly stream?: boolean | undefined;
  /** Whether decoded pictures are kept in the cache as shards of bytes; for all but tar shards unless given. */
  readonly cache?: boolean | undefined;
  /** Pictures decoded at a time; as many as there are cores unless given. */
  readonly workers?: number | undefined;
}

/** All that is decided before a part is opened. */
interface Plan {
  readonly options: PictureOptions;
  readonly form: ImageForm;
  readonly classes: readonly string[];
  readonly isStreamed: boolean;
  readonly isCached: boolean;
}

function checkOptions({ image, workers }: PictureOptions): void {
  if (workers !== undefined && !(Number.isSafeInteger(workers) && workers >= 1)) {
    throw new ConfigError(
      `pictures: workers must be a whole number from 1, it is ${workers}. Give such a number.`,
      {
        workers,
      },
    );
  }
  if (image === undefined) return;
  const { channels, height, width } = image;
  const isSide = (side: number): boolean => Number.isInteger(side) && side >= 1 && side <= 16_384;
  if ((channels === 1 || channels === 3) && isSide(height) && isSide(width)) return;
  throw new ConfigError(
    `pictures: ${channels}×${height}×${width} is not possible. Give 1 or 3 channels and sides from 1 to 16384.`,
    { channels, height, width },
  );
}

function checkMemory(list: PictureList, { form, options }: Plan): void {
  const size = form.channels * form.height * form.width;
  const bytes = list.labels.length * size;
  if (bytes <= MAX_BYTES) return;
  throw new DataError(
    `${list.name}: ${list.labels.length} pictures of ${form.channels}×${form.height}×${form.width} take ${bytes} bytes, ` +
      `at most ${MAX_BYTES} fit into memory. Choose a smaller size${options.stream === false ? ", or stream them" : ""}.`,
    { count: list.labels.length, size },
  );
}

/** The images of a list from the cache; as they are where it cannot be written, with a warning. */
async function fromCache(list: PictureList, decoded: Images, { options, form }: Plan, isStale = false) {
  const { onProgress, onWarning, signal } = options;
  const total = list.labels.length;
  const onRead = (done: number) => onProgress?.({ stage: "decode", what: list.name, done, total });
  const { like: _, ...size } = form;
  try {
    return await throughCache(list, decoded, { form: size, onRead, signal, isStale });
  } catch (error) {
    // What is wrong with a picture is no matter of the cache.
    const isCache = error instanceof DataError && String(error.fields["path"]).startsWith(cacheDir());
    if (signal?.aborted || !isCache) throw error;
    const warn = onWarning ?? ((message: string) => process.emitWarning(message));
    warn(
      `${list.name}: the decoded pictures are not kept, they are decoded again when wanted. ${error.message}`,
    );
    return undefined;
  }
}

/** A part of the set, in memory or as a stream with the statistics given or, without any, its own. */
async function openPart(
  list: PictureList,
  plan: Plan,
  statistics?: ImageStream["statistics"],
): Promise<ImageSource> {
  const { options, form, classes, isStreamed, isCached } = plan;
  const { signal, onProgress } = options;
  signal?.throwIfAborted();
  if (!isStreamed) checkMemory(list, plan);
  const decoded = decodedStream(list, classes, form, options.workers);
  const kept = isCached ? await fromCache(list, decoded, plan) : undefined;
  if (isStreamed) {
    const images = kept?.images ?? decoded;
    return { ...images, statistics: statistics ?? (await sampleStatistics(images, signal)) };
  }
  const total = list.labels.length;
  const tell = (done: number) => onProgress?.({ stage: "decode", what: list.name, done, total });
  const bytes =
    (await kept?.readAll()) ??
    (await (kept && (await fromCache(list, decoded, plan, true)))?.readAll()) ??
    (await readRange(decoded, [0, total], tell, signal));
  const { labels, shape } = decoded;
  return { images: bytes, labels, shape, classes };
}

/** Opens the parts of a source of pictures; throws `ConfigError` for options that make no sense, and what reading throws. */
export async function openPictures(
  source: PictureSource,
  options: PictureOptions = {},
): Promise<DataSet<ImageSource>> {
  checkOptions(options);
  options.signal?.throwIfAborted();
  const form = await formOf(source.train, options.image);
  const size = form.channels * form.height * form.width;
  const isStreamed = options.stream ?? (source.isStreamed || source.train.labels.length * size > USUAL_BYTES);
  const { name, classes } = source;
  const plan: Plan = { options, form, classes, isStreamed, isCached: options.cache ?? !source.isStreamed };
  const whole = checkImageSet(await openPart(source.train, plan), name);
  const statistics = "statistics" in whole ? whole.statistics : undefined;
  const open = async (list: PictureList) => checkImageSet(await openPart(list, plan, statistics), name);
  const validation = source.validation && { validation: await open(source.validation) };
  if (source.test !== undefined) return { name, train: whole, test: await open(source.test), ...validation };
  const { train, validation: test } = splitStratified(whole, options.testFraction ?? 0.2, options.seed ?? 0);
  const note = `${name}: ${test.labels.length} of ${whole.labels.length} pictures were held out for testing.`;
  return { name, train, test, ...validation, note };
}

/** The same set with all its images in memory; throws `DataError` where they do not fit. */
export async function intoMemory(set: DataSet<ImageSource>): Promise<DataSet> {
  const load = async (part: ImageSource) => {
    if (!("read" in part)) return part;
    const { labels, shape, classes } = part;
    if (labels.length * imageBytes(part) > MAX_BYTES) {
      throw new DataError(`${set.name}: its images do not fit into memory. Choose a smaller size.`);
    }
    return { labels, shape, classes, images: await readRange(part, [0, labels.length], () => {}) };
  };
  const { validation, ...rest } = set;
  const own = validation && { validation: await load(validation) };
  return { ...rest, train: await load(set.train), test: await load(set.test), ...own };
}
