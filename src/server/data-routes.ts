// Serves published data sets from files on this machine, and the one that the command line names, as safetensors.
// Downloads nothing; knows nothing of runs.
import { type Context, Hono } from "hono";
import { DataError } from "../base/errors.ts";
import { cacheDir, dataFolder } from "../data/cache.node.ts";
import { imageBytes, isStream, readImages } from "../data/image-set.ts";
import { openDataSet } from "../data/index.node.ts";
import {
  countOf,
  type DataSet,
  type ImageSet,
  type ImageSource,
  splitStratified,
  takeFirst,
} from "../data/index.ts";
import { encodeSafetensors, type SafeTensor } from "../formats/index.ts";
import { type DataOffer, type Failure, GIVEN_DATA, SERVED_DATA } from "./api.ts";

const PARTS = ["train", "test"] as const;
type Part = (typeof PARTS)[number];

/** The data of the command line, opened when it is first asked for. */
export interface GivenData {
  readonly title: string;
  open(): Promise<DataSet<ImageSource>>;
}

/** Bytes of images in one answer. */
const MOST_BYTES = 2 ** 29;

/** The data set from the first folder that has it; undefined where none has. Throws where its files are damaged. */
async function findDataSet(name: string, folders: readonly string[]): Promise<DataSet | undefined> {
  for (const dataDir of folders) {
    try {
      // A folder that is given is the only one looked in, so that nothing is downloaded.
      return await openDataSet(name, { dataDir });
    } catch (error) {
      if (!(error instanceof DataError) || error.fields["dataDir"] !== dataDir) throw error;
    }
  }
  return undefined;
}

function tensorsOf(part: string, set: ImageSet): [string, SafeTensor][] {
  const { images, labels, shape } = set;
  const count = countOf(set);
  return [
    [`${part}.images`, { dtype: "U8", shape: [count, ...shape], data: images }],
    [`${part}.labels`, { dtype: "U8", shape: [count], data: labels }],
  ];
}

/** The number of images asked for, all unless given; undefined where it is none. */
function limitOf(text: string | undefined): number | undefined {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}

const fail = (c: Context, status: 400 | 404, error: string): Response =>
  c.json({ error } satisfies Failure, status);

/** A fair sample of a set, in memory. */
async function sampled(set: ImageSource, limit: number): Promise<ImageSet> {
  const count = countOf(set);
  const part = limit >= count ? set : splitStratified(set, limit / count, 1).validation;
  if (!isStream(part)) return part as ImageSet;
  const { labels, shape, classes } = part;
  const images = await readImages(
    part,
    Int32Array.from(labels, (_, index) => index),
  );
  return { images, labels, shape, classes };
}

/** What is learned from, and what it is judged by. */
const partOf = ({ train, validation, test }: DataSet<ImageSource>, part: Part): ImageSource =>
  part === "train" ? train : (validation ?? test);

/** Opens what is given once, and again only where that failed. */
function openedOnce(given: GivenData): () => Promise<DataSet<ImageSource>> {
  let opened: Promise<DataSet<ImageSource>> | undefined;
  return () => {
    opened ??= given.open().catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
}

/** Bytes of the images that would be sent. */
const sizeOf = (set: DataSet<ImageSource>, parts: readonly Part[], limit: number): number =>
  parts
    .map((part) => partOf(set, part))
    .reduce((sum, source) => sum + Math.min(limit, countOf(source)) * imageBytes(source), 0);

async function encodeSet(
  name: string,
  set: DataSet<ImageSource>,
  parts: readonly Part[],
  limit: number,
): Promise<Uint8Array> {
  const tensors: [string, SafeTensor][] = [];
  for (const part of parts) {
    const source = partOf(set, part);
    // The published sets lie mixed, what is given may lie class by class.
    const isMixed = name !== GIVEN_DATA && !isStream(source);
    const few = isMixed
      ? takeFirst(source as ImageSet, Math.min(limit, countOf(source)))
      : await sampled(source, limit);
    tensors.push(...tensorsOf(part, few));
  }
  const classes = JSON.stringify(set.train.classes);
  const metadata = { name, classes, ...(set.note && { note: set.note }) };
  return encodeSafetensors(Object.fromEntries(tensors), metadata);
}

async function offerOf(title: string, set: DataSet<ImageSource>): Promise<DataOffer> {
  const { shape, classes } = set.train;
  const [train, test] = PARTS.map((part) => countOf(partOf(set, part)));
  return { given: { title, shape, classes, train: train!, test: test! } };
}

/** /api/data and below: sets looked for in `dataDir`, or else where `nabla train` would look, and what is given. */
export function dataRoutes(dataDir: string | undefined, given?: GivenData): Hono {
  const folder = dataFolder(dataDir);
  const folders = dataDir === undefined ? [...(folder === undefined ? [] : [folder]), cacheDir()] : [folder!];
  const openGiven = given && openedOnce(given);
  const app = new Hono();
  app.get("/", async (c) =>
    c.json(given && openGiven ? await offerOf(given.title, await openGiven()) : ({} satisfies DataOffer)),
  );
  app.get("/:name", async (c) => {
    const name = c.req.param("name");
    const isGiven = name === GIVEN_DATA && openGiven !== undefined;
    if (!isGiven && !(SERVED_DATA as readonly string[]).includes(name)) {
      const cure =
        name === GIVEN_DATA ? "Start nabla studio with --data." : `There are ${SERVED_DATA.join(", ")}.`;
      return fail(c, 404, `data: ${JSON.stringify(name)} is not served. ${cure}`);
    }
    const [wanted, limit] = [c.req.query("part"), limitOf(c.req.query("limit"))];
    const parts = PARTS.filter((part) => wanted === undefined || wanted === part);
    if (parts.length === 0) return fail(c, 400, "part: must be train or test. Leave it out for both.");
    if (limit === undefined) return fail(c, 400, "limit: must be a whole number of at least 1.");
    const set = isGiven ? await openGiven() : await findDataSet(name, folders);
    if (set === undefined) {
      const cure = `Fetch it once with nabla data ${name}, or start the studio with --data-dir and the folder that has it.`;
      return fail(c, 404, `data: ${name} is not on this machine. ${cure}`);
    }
    const bytes = sizeOf(set, parts, limit);
    if (bytes > MOST_BYTES) {
      const cure = "Ask for fewer.";
      return fail(c, 400, `limit: the images take ${bytes} bytes, at most ${MOST_BYTES} are sent. ${cure}`);
    }
    const content = await encodeSet(name, set, parts, limit);
    return c.body(content as Uint8Array<ArrayBuffer>, 200, { "Content-Type": "application/octet-stream" });
  });
  return app;
}
