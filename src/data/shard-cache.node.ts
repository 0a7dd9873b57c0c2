// Decoded pictures kept in the cache as shards of plain bytes, so that they are decoded once: written whole or not at
// all, found again as long as no picture has changed. Knows nothing of formats of pictures.
import { open, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { DataError } from "../base/errors.ts";
import { atomicWrite } from "./atomic-write.node.ts";
import { cacheDir } from "./cache.node.ts";
import { sha256 } from "./digest.node.ts";
import { type ImageStream, imageBytes } from "./image-set.ts";
import { inParallel } from "./in-parallel.ts";
import type { PictureList } from "./picture-list.node.ts";

/** A stream whose statistics nobody has asked for yet. */
export type Images = Omit<ImageStream, "statistics">;

const VERSION = 1;
const INDEX = "index.json";
const SHARD_BYTES = 2 ** 26;
/** Images decoded between two reports of how far it is. */
const PIECE = 64;
// Reading on over a gap costs less than another call, up to about this many bytes; a span is read at once.
const MOST_GAP = 2 ** 17;
const MOST_SPAN = 2 ** 23;

const indexSchema = z.strictObject({
  version: z.literal(VERSION),
  shape: z.tuple([z.int().min(1), z.int().min(1), z.int().min(1)]),
  shards: z.array(z.strictObject({ count: z.int().min(1), sha256: z.string().regex(/^[0-9a-f]{64}$/) })),
});
type Index = z.infer<typeof indexSchema>;

const shardFile = (folder: string, shard: number): string =>
  join(folder, `shard-${String(shard).padStart(5, "0")}.u8`);

/** The folder for decoded pictures of a list: another where a file, its size or time, or the form is another. */
async function folderOf(list: PictureList, form: unknown): Promise<string> {
  const marks: string[] = new Array(list.files.length);
  await inParallel(list.files.length, 16, async (index) => {
    const { size, mtimeMs } = await stat(list.files[index]!);
    marks[index] = `${list.files[index]}\0${size}\0${mtimeMs}`;
  });
  const key = sha256(new TextEncoder().encode(JSON.stringify([VERSION, form, list.labels.length, marks])));
  return join(cacheDir(), "pictures", `${list.name.replace(/[^\p{L}\p{N}.]+/gu, "-")}-${key.slice(0, 16)}`);
}

/** The index of a folder that is whole, as far as its sizes tell. */
async function readIndex(folder: string, images: Images): Promise<Index | undefined> {
  try {
    const index = indexSchema.parse(JSON.parse(await readFile(join(folder, INDEX), "utf8")));
    let total = 0;
    for (const [shard, { count }] of index.shards.entries()) {
      total += count;
      const { size } = await stat(shardFile(folder, shard));
      if (size !== count * imageBytes(images)) return undefined;
    }
    const isSame = index.shape.join() === images.shape.join() && total === images.labels.length;
    return isSame ? index : undefined;
  } catch {
    return undefined;
  }
}

const range = (first: number, end: number): Int32Array =>
  Int32Array.from({ length: end - first }, (_, i) => first + i);

/** Reads images `first` … `end` − 1 piece by piece, telling how far it is; gives their bytes. */
export async function readRange(
  images: Images,
  [first, end]: readonly [number, number],
  onRead: (done: number) => void,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const size = imageBytes(images);
  const bytes = new Uint8Array((end - first) * size);
  for (let at = first; at < end; at += PIECE) {
    const next = Math.min(at + PIECE, end);
    bytes.set(await images.read(range(at, next), signal), (at - first) * size);
    onRead(next);
  }
  return bytes;
}

async function write(
  folder: string,
  images: Images,
  onRead: (done: number) => void,
  signal: AbortSignal | undefined,
): Promise<Index> {
  const perShard = Math.max(1, Math.floor(SHARD_BYTES / imageBytes(images)));
  const shards: Index["shards"] = [];
  for (let first = 0; first < images.labels.length; first += perShard) {
    const end = Math.min(first + perShard, images.labels.length);
    const bytes = await readRange(images, [first, end], onRead, signal);
    await atomicWrite(shardFile(folder, shards.length), bytes, { signal });
    shards.push({ count: end - first, sha256: sha256(bytes) });
  }
  const index: Index = { version: VERSION, shape: [...images.shape], shards };
  // Last, so that a folder with an index is complete.
  await atomicWrite(join(folder, INDEX), `${JSON.stringify(index)}\n`, { signal });
  return index;
}

/** Images that follow each other closely enough in a shard to be read at once: their places in the shard and the result. */
interface Span {
  readonly shard: number;
  readonly members: { readonly place: number; readonly at: number }[];
}

/** The spans that hold the images at `indices`; shards have `perShard` images each. */
export function spansOf(indices: Int32Array, perShard: number, size: number): Span[] {
  const sorted = Array.from(indices, (index, at) => ({ index, at })).sort((a, b) => a.index - b.index);
  const spans: Span[] = [];
  for (const { index, at } of sorted) {
    const shard = Math.floor(index / perShard);
    const place = index - shard * perShard;
    const last = spans.at(-1);
    const fits =
      last?.shard === shard &&
      (place - last.members.at(-1)!.place) * size <= MOST_GAP + size &&
      (place - last.members[0]!.place) * size < MOST_SPAN;
    if (last !== undefined && fits) last.members.push({ place, at });
    else spans.push({ shard, members: [{ place, at }] });
  }
  return spans;
}

async function readSpan(path: string, { members }: Span, size: number, into: Uint8Array): Promise<void> {
  const first = members[0]!.place;
  const bytes = new Uint8Array((members.at(-1)!.place + 1 - first) * size);
  const file = await open(path);
  try {
    let done = 0;
    while (done < bytes.length) {
      const { bytesRead } = await file.read(bytes, done, bytes.length - done, first * size + done);
      if (bytesRead === 0)
        throw new DataError(`${path}: the file has become shorter. Remove its folder.`, { path });
      done += bytesRead;
    }
  } finally {
    await file.close();
  }
  for (const { place, at } of members) {
    into.set(bytes.subarray((place - first) * size, (place - first + 1) * size), at * size);
  }
}

/** A set of shards that is there: its images as a stream, and all of them at once. */
export interface CachedImages {
  readonly images: Images;
  /** All bytes, their sums checked; undefined where one is not what was written. */
  readonly readAll: () => Promise<Uint8Array | undefined>;
}

function cached(folder: string, { shards }: Index, images: Images): CachedImages {
  const size = imageBytes(images);
  const perShard = shards[0]!.count;
  return {
    images: {
      ...images,
      shards: images.shards.length > 1 ? images.shards : shards.map(({ count }) => count),
      read: async (indices, signal) => {
        const into = new Uint8Array(indices.length * size);
        const spans = spansOf(indices, perShard, size);
        const readOne = (i: number) => readSpan(shardFile(folder, spans[i]!.shard), spans[i]!, size, into);
        await inParallel(spans.length, 4, readOne, signal);
        return into;
      },
    },
    readAll: async () => {
      const bytes = new Uint8Array(images.labels.length * size);
      for (const [shard, { sha256: sum }] of shards.entries()) {
        const content = await readFile(shardFile(folder, shard));
        if (sha256(content) !== sum) return undefined;
        bytes.set(content, shard * perShard * size);
      }
      return bytes;
    },
  };
}

/**
 * The images of a list from the cache, decoded into it first where they are not there or `isStale`. Throws what decoding
 * throws, and `DataError` where the cache cannot be written.
 */
export async function throughCache(
  list: PictureList,
  images: Images,
  {
    form,
    onRead,
    signal,
    isStale = false,
  }: { form: unknown; onRead: (done: number) => void; signal?: AbortSignal | undefined; isStale?: boolean },
): Promise<CachedImages> {
  const folder = await folderOf(list, form);
  const known = isStale ? undefined : await readIndex(folder, images);
  return cached(folder, known ?? (await write(folder, images, onRead, signal)), images);
}
