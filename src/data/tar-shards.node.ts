// Sets of tar shards as WebDataset has them: `key.jpg` beside `key.cls` or `key.json`. The table of contents is read when
// the set is opened, pictures when they are wanted. Knows nothing of how pictures are decoded.
import { readdir, readFile, stat } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { DataError } from "../base/errors.ts";
import type { TarMember } from "../formats/tar.ts";
import { expandBraces } from "./brace-pattern.ts";
import { inParallel } from "./in-parallel.ts";
import {
  checkClasses,
  classNames,
  PICTURE,
  type PictureList,
  type PictureSource,
} from "./picture-list.node.ts";
import { type ReadMember, readMember, walkTarFile } from "./tar-file.node.ts";

// A label is a number or a word, and what else a JSON file says of a picture fits too.
const MOST_LABEL_BYTES = 2 ** 20;
const LABEL = /\.(cls|json)$/i;
const CLASSES = "classes.txt";

/** A picture of a shard and its label as it is written. */
interface Sample {
  readonly shard: string;
  readonly member: TarMember;
  readonly label: string;
}

/** The members of a shard that share a key, as far as they were seen. */
interface Pending {
  readonly key: string;
  member?: TarMember;
  label?: string;
}

/** The key of a member: its path up to the first dot of its name. */
function keyOf(name: string): string {
  const slash = name.lastIndexOf("/") + 1;
  const dot = name.indexOf(".", slash);
  return dot < 0 ? name : name.slice(0, dot);
}

async function labelOf(member: TarMember, read: ReadMember, shard: string): Promise<string> {
  const wrong = (what: string): DataError =>
    new DataError(
      `${shard}: ${member.name} ${what}. Write a class into it: a number or a name, in JSON as "label".`,
      { shard, member: member.name },
    );
  if (member.size > MOST_LABEL_BYTES) throw wrong(`has ${member.size} bytes, too many for a label`);
  const text = new TextDecoder().decode(await read(member)).trim();
  let label: unknown = text;
  if (/\.json$/i.test(member.name)) {
    try {
      const content: unknown = JSON.parse(text);
      label = typeof content === "object" && content !== null && "label" in content ? content.label : content;
    } catch {
      throw wrong("is no JSON");
    }
  }
  const isLabel = typeof label === "string" ? label !== "" : Number.isSafeInteger(label);
  if (!isLabel) throw wrong("holds no label");
  return String(label);
}

/** The samples of one shard, in order; throws `DataError` for a picture without a label, or a label without one. */
async function listShard(shard: string): Promise<Sample[]> {
  const samples: Sample[] = [];
  let pending: Pending | undefined;
  const close = (): void => {
    if (pending === undefined) return;
    const { key, member, label } = pending;
    if (member === undefined || label === undefined) {
      const lacking = member === undefined ? "picture (png, jpg, webp)" : "label (cls, json)";
      throw new DataError(
        `${shard}: ${key} has no ${lacking}. Put both next to each other into the archive.`,
        { shard, key },
      );
    }
    samples.push({ shard, member, label });
  };
  await walkTarFile(shard, async (member, read) => {
    const isPicture = PICTURE.test(member.name);
    if ((!isPicture && !LABEL.test(member.name)) || basename(member.name).startsWith(".")) return;
    const key = keyOf(member.name);
    if (pending?.key !== key) {
      close();
      pending = { key };
    }
    if (isPicture) pending.member ??= member;
    // A label of its own counts for more than one among other things.
    else if (/\.cls$/i.test(member.name) || pending.label === undefined) {
      pending.label = await labelOf(member, read, shard);
    }
  });
  close();
  if (samples.length > 0) return samples;
  throw new DataError(
    `${shard}: there is no picture in it. Put key.png (or jpg, webp) and key.cls (or json) into it.`,
    { shard },
  );
}

async function listSamples(shards: readonly string[]): Promise<Sample[][]> {
  const found: Sample[][] = new Array(shards.length);
  await inParallel(shards.length, availableParallelism(), async (index) => {
    found[index] = await listShard(shards[index]!);
  });
  return found;
}

function listOf(name: string, shards: readonly Sample[][], classes: readonly string[]): PictureList {
  const samples = shards.flat();
  const places = new Map(classes.map((label, index) => [label, index]));
  const labels = Uint8Array.from(samples, ({ shard, member, label }) => {
    // With names for them, classes may be told by number too.
    const place = places.get(label) ?? (/^\d{1,3}$/.test(label) ? Number(label) : classes.length);
    if (place < classes.length) return place;
    throw new DataError(
      `${shard}: ${member.name} has the label "${label}", the classes are ${classes.slice(0, 5).join(", ")}` +
        `${classes.length > 5 ? ", …" : ""}. Mend the label or ${CLASSES}.`,
      { shard, member: member.name, label },
    );
  });
  return {
    name,
    labels,
    shards: shards.map(({ length }) => length),
    nameOf: (index) => `${samples[index]!.shard}: ${samples[index]!.member.name}`,
    fetch: (index) => readMember(samples[index]!.shard, samples[index]!.member),
    files: shards.map(([first]) => first!.shard),
  };
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

const tarsIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder).catch(() => []))
    .filter((file) => file.endsWith(".tar") && !file.startsWith("."))
    .sort()
    .map((file) => join(folder, file));

/** Whether a folder holds tar shards, itself or in `train`. */
export const hasShards = async (folder: string): Promise<boolean> =>
  (await tarsIn(folder)).length > 0 || (await tarsIn(join(folder, "train"))).length > 0;

/** The shards of each part that a path or pattern stands for, and the folder they are in. */
async function shardsOf(source: string): Promise<{ root: string; parts: Record<Part, string[]> }> {
  if (!(await isFolder(source))) {
    const shards = expandBraces(source).map((path) => resolve(path));
    return { root: dirname(shards[0]!), parts: { train: shards, validation: [], test: [] } };
  }
  const root = resolve(source);
  const [inTrain, own] = [await tarsIn(join(root, "train")), await tarsIn(root)];
  if (inTrain.length > 0) {
    const validation = [...(await tarsIn(join(root, "val"))), ...(await tarsIn(join(root, "validation")))];
    return { root, parts: { train: inTrain, validation, test: await tarsIn(join(root, "test")) } };
  }
  const partOf = (shard: string): Part => {
    const name = basename(shard);
    return /^val/i.test(name) ? "validation" : /^test/i.test(name) ? "test" : "train";
  };
  const parts: Record<Part, string[]> = { train: [], validation: [], test: [] };
  for (const shard of own) parts[partOf(shard)].push(shard);
  if (parts.train.length > 0) return { root, parts };
  throw new DataError(
    `${root}: all its shards are called test or val, none is to be learned from. Add some, or name one tar.`,
    { folder: root },
  );
}

type Part = "train" | "validation" | "test";

/**
 * The samples of tar shards: one archive, a pattern like `photos-{000..009}.tar`, or a folder of archives, of which those
 * in `test` and `val` or so called are parts of their own. Classes are named in `classes.txt` beside them, a line each,
 * or else by the labels themselves. Throws `DataError` naming shard and member, `FormatError` for a damaged archive.
 */
export async function listTarShards(source: string): Promise<PictureSource> {
  const { root, parts } = await shardsOf(source);
  const train = await listSamples(parts.train);
  const written = await readFile(join(root, CLASSES), "utf8").catch(() => undefined);
  const named = written?.split(/\r?\n/).filter((line) => line.trim() !== "");
  const labels = train.flat().map(({ label }) => label);
  // A pattern is no name; the folder it leads to is.
  const name = /[{}]/.test(basename(source)) ? basename(root) : basename(source).replace(/\.tar$/, "");
  const classes = named ? checkClasses(named, join(root, CLASSES)) : classNames(labels, source);
  const others = async (shards: readonly string[]): Promise<PictureList | undefined> =>
    shards.length === 0 ? undefined : listOf(name, await listSamples(shards), classes);
  return {
    name,
    classes,
    train: listOf(name, train, classes),
    validation: await others(parts.validation),
    test: await others(parts.test),
    isStreamed: true,
  };
}
