// How fast pictures come: decoded with one and with more workers, from the cache of decoded ones, and how long the
// device waits for them while it trains. Pictures are made for it and removed again.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { openDevice, setDevice } from "nabla";
import { type DataSet, epochOrder, generateDigits, type ImageSource, isStream } from "nabla/data";
import { openImages, type PictureOptions } from "nabla/data/node";
import { fit } from "nabla/train";
import sharp from "sharp";
import type { Row, Section } from "./context.ts";
import { formatShare, formatTable } from "./table.ts";

/** Images read at a time, as many as a window of training has. */
const WINDOW = 1024;
const PHOTO = { channels: 3, height: 64, width: 64 } as const;

/** Kinds of pictures: as they lie on disk, and the form they are brought to. */
const KINDS = [
  { name: "PNG 28×28", side: 28, format: "png", share: 1, image: undefined },
  { name: "JPEG 512×512 to 64×64", side: 512, format: "jpeg", share: 1 / 8, image: PHOTO },
] as const;
type Kind = (typeof KINDS)[number];

/** Writes drawn digits as a folder of pictures, a sub-folder a class. */
async function writePictures(folder: string, count: number, { side, format }: Kind): Promise<void> {
  const { images, labels } = generateDigits({ train: count, test: 10 }).train;
  for (const label of new Set(labels)) await mkdir(join(folder, String(label)), { recursive: true });
  for (const [i, label] of labels.entries()) {
    const raw = { width: 28, height: 28, channels: 1 } as const;
    const picture = sharp(images.subarray(i * 784, (i + 1) * 784), { raw }).resize(side, side);
    await writeFile(join(folder, String(label), `${i}.${format}`), await picture.toFormat(format).toBuffer());
  }
}

/** Images a second of reading the training part once, in the order of an epoch. */
async function readingSpeed({ train }: DataSet<ImageSource>): Promise<number> {
  if (!isStream(train)) throw new Error("the set is streamed");
  const order = epochOrder(train.labels.length, 1, 0);
  const begun = performance.now();
  for (let at = 0; at < order.length; at += WINDOW) await train.read(order.subarray(at, at + WINDOW));
  return order.length / ((performance.now() - begun) / 1e3);
}

/** Trains the cnn on the set; images a second, and the share of that time the device waited for images. */
async function trainingOn(
  data: DataSet<ImageSource>,
  epochs: number,
): Promise<{ speed: number; waited: number }> {
  for await (const event of fit("cnn", { train: data.train }, { epochs, validation: 0, seed: 1 })) {
    if (event.type === "end") return { speed: event.imagesPerSecond, waited: event.waited / event.seconds };
  }
  throw new Error("a run ends with an event");
}

async function measureKind(kind: Kind, folder: string, isQuick: boolean): Promise<Row[]> {
  const count = Math.round((isQuick ? 1000 : 4000) * kind.share);
  await writePictures(folder, count, kind);
  const open = (options: PictureOptions) =>
    openImages(folder, { stream: true, image: kind.image, ...options });
  const rows: Row[] = [];
  const add = (what: string, speed: number, waited?: number) =>
    rows.push({ pictures: kind.name, what, speed, waited });
  const cores = availableParallelism();
  for (const workers of new Set([1, 2, cores])) {
    const name = `decoded with ${workers} worker${workers === 1 ? "" : "s"}`;
    add(name, await readingSpeed(await open({ cache: false, workers })));
  }
  const begun = performance.now();
  const cached = await open({ cache: true });
  add("decoded into the cache", count / ((performance.now() - begun) / 1e3));
  add("from the warm cache", await readingSpeed(cached));
  const epochs = isQuick ? 1 : 4;
  for (const [what, cache] of [
    ["cnn trained, decoding", false],
    ["cnn trained, warm cache", true],
  ] as const) {
    const { speed, waited } = await trainingOn(await open({ cache }), epochs);
    add(what, speed, waited);
  }
  const { speed, waited } = await trainingOn(await open({ stream: false }), epochs);
  add("cnn trained, in memory", speed, waited);
  return rows;
}

/** Speeds of reading and of training on what is read, for each kind of picture. */
export const benchLoader: Section = async ({ options }) => {
  const device = await openDevice("native");
  setDevice(device);
  const root = await mkdtemp(join(tmpdir(), "nabla-loader-"));
  const before = process.env["NABLA_CACHE"];
  process.env["NABLA_CACHE"] = join(root, "cache");
  const rows: Row[] = [];
  try {
    for (const [i, kind] of KINDS.entries()) {
      rows.push(...(await measureKind(kind, join(root, String(i)), options.isQuick)));
    }
  } finally {
    if (before === undefined) delete process.env["NABLA_CACHE"];
    else process.env["NABLA_CACHE"] = before;
    await rm(root, { recursive: true, force: true });
    await device.close();
  }
  console.log(`reading pictures: ${device.name}\n`);
  const cells = rows.map(({ pictures, what, speed, waited }) => [
    `${pictures}: ${what}`,
    speed,
    waited === undefined ? "" : formatShare(waited as number),
  ]);
  console.log(`${formatTable(["pictures", "images/s", "device waits"], cells)}\n`);
  return rows;
};
