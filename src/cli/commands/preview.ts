// `nabla data preview`: a picture of what a data set holds, a row a class, and of what augmentation makes of it.
// Knows nothing of networks.
import { type Command, Option } from "commander";
import { ConfigError } from "../../base/errors.ts";
import { AUGMENTATION_NAMES } from "../../data/augment/catalog.ts";
import { type ImageSource, imageBytes, readImages } from "../../data/image-set.ts";
import { checkFlags, resolveConfig } from "../config.ts";
import {
  type CommonOptions,
  type Context,
  numberOption,
  sizeOption,
  withCommonOptions,
  writeJson,
} from "../context.ts";
import { openImages } from "../open-data.ts";
import { formatAmount } from "../render/numbers.ts";

interface PreviewOptions extends CommonOptions {
  readonly part: "train" | "test";
  readonly count: number;
  readonly out: string;
  readonly augment?: boolean | string;
  readonly stream?: boolean;
  readonly cache?: boolean;
}

/** More of a class than these fit no sheet. */
const MOST_IMAGES = 1000;

/** Adds `preview [name]` to `nabla data`. */
export function addPreview(data: Command, context: Context): void {
  const command = data
    .command("preview")
    .description("write a picture of some images of each class, beside what augmentation makes of them")
    .argument("[name]", "data set, as nabla data takes it", "digits")
    .option(
      "--augment [changes]",
      `show what comes of them: by up to 2 pixels, or so many, or by ${AUGMENTATION_NAMES.join(",")}`,
    )
    .addOption(numberOption("--count <n>", "images of each class").default(8))
    .option("--out <file>", "the PNG file to write", "sheet.png")
    .addOption(
      new Option("--part <name>", "part of the data set").choices(["train", "test"]).default("train"),
    )
    .addOption(numberOption("--seed <n>", "of what is drawn at random (default 1)"))
    .option("--data-dir <folder>", "look for the files of the data set here, and nowhere else")
    .addOption(sizeOption())
    .option("--stream", "read pictures when they are wanted")
    .option("--no-stream", "hold all pictures in memory")
    .option("--cache", "keep decoded pictures in the cache")
    .option("--no-cache", "decode pictures each time they are read")
    .addOption(numberOption("--limit <n>", "look at the first n images of each part only"))
    .addOption(numberOption("--threads <n>", "threads to compute with"))
    .option("--device <name>", "cpu (default), native, wasm, reference");
  withCommonOptions(command).action((name: string, options: PreviewOptions) =>
    preview(name, options, context),
  );
}

/** The first `count` images of each class, in the order of their columns, so that neighbours are of other classes. */
function chooseImages({ labels, classes }: ImageSource, count: number): Int32Array {
  const found: number[][] = classes.map(() => []);
  labels.forEach((label, index) => {
    if (found[label]!.length < count) found[label]!.push(index);
  });
  const columns = Array.from({ length: count }, (_, column) => found.map((own) => own[column]));
  return Int32Array.from(columns.flat().filter((index) => index !== undefined));
}

/** The chosen images, and with them what the augmentation asked for makes of them. */
async function readCells(set: ImageSource, indices: Int32Array, flags: ReturnType<typeof checkFlags>) {
  const bytes = await readImages(set, indices);
  const size = imageBytes(set);
  const cut = (from: Uint8Array) => Array.from(indices, (_, i) => from.subarray(i * size, (i + 1) * size));
  const originals = cut(bytes);
  const { augmentBytes, makeAugmentations } = await import("../../data/index.ts");
  const list = makeAugmentations(flags.augment ?? false);
  if (list.length === 0) return originals.map((image) => [image]);
  const { withDevice } = await import("../open-device.ts");
  const labels = Uint8Array.from(indices, (index) => set.labels[index]!);
  const own = { labels, shape: set.shape, classes: set.classes };
  const changed = await withDevice(resolveConfig(flags), () => augmentBytes(bytes, own, list, flags.seed));
  return cut(changed).map((image, i) => [originals[i]!, image]);
}

async function preview(name: string, options: PreviewOptions, { terminal }: Context): Promise<void> {
  const { json = false, count, out, part, stream, cache } = options;
  if (!Number.isSafeInteger(count) || count < 1 || count > MOST_IMAGES) {
    throw new ConfigError(
      `preview: --count must be a whole number from 1 to ${MOST_IMAGES}, it is ${count}. Give one.`,
    );
  }
  const flags = checkFlags({ ...options });
  const { dataDir, limit, size } = flags;
  const set = (await openImages({ data: name, dataDir, limit, size, stream, cache }, terminal, json))[part];
  const indices = chooseImages(set, count);
  const cells = await readCells(set, indices, flags);
  const rows = set.classes.map((label, index) => ({
    label,
    cells: cells.filter((_, i) => set.labels[indices[i]!] === index),
  }));
  const { atomicWrite, contactSheet } = await import("../../data/index.node.ts");
  await atomicWrite(out, await contactSheet(rows, set.shape));
  if (json)
    writeJson(terminal, {
      type: "preview",
      name,
      part,
      file: out,
      classes: rows.length,
      images: indices.length,
    });
  else terminal.write(`${out}: ${formatAmount(indices.length, "image")}, a row for each class\n`);
}
