// `nabla explain`: its options, and where its picture goes. What there is to tell is in explanations.ts, loaded only when
// something is explained.
import { type Command, Option } from "commander";
import { ConfigError } from "../../base/errors.ts";
import type { ColourPicture } from "../../explain/index.ts";
import type { Model } from "../../train/index.ts";
import { type CommonOptions, type Context, numberOption, withCommonOptions, writeJson } from "../context.ts";
import type { ExplainRequest } from "../explanations.ts";
import { drawPicture } from "../render/picture.ts";
import type { Terminal } from "../terminal.ts";

interface ExplainFlags extends CommonOptions {
  readonly method: string;
  readonly index?: number;
  readonly part: "train" | "test";
  readonly class?: string;
  readonly layer?: string;
  readonly channel?: number;
  readonly patch?: number;
  readonly steps?: number;
  readonly reach?: number;
  readonly limit?: number;
  readonly out?: string;
}

const METHODS = [
  ...["saliency", "occlusion", "grad-cam", "features", "filters", "templates"],
  ...["maximize", "shift", "noise", "rotation"],
];

/** Adds `nabla explain <run> [picture]`. */
export function addExplain(program: Command, context: Context): void {
  const command = program
    .command("explain")
    .description("show why a saved network answers as it does, and how far it may be trusted")
    .argument("<run>", "run folder or model file")
    .argument("[picture]", "PNG, JPEG or WebP file (default: an image of the data set)")
    .addOption(new Option("--method <name>", "what to show").choices(METHODS).default("saliency"))
    .addOption(numberOption("--index <n>", "take image n of the data set (default 0)"))
    .addOption(new Option("--part <name>", "part of the data set").choices(["train", "test"]).default("test"))
    .option("--class <name>", "class to explain, by name or number (default: the likeliest)")
    .option("--layer <path>", "layer to look at, as nabla summary names it")
    .addOption(numberOption("--channel <n>", "channel of the layer to maximise"))
    .addOption(numberOption("--patch <pixels>", "side of the square that occludes"))
    .addOption(numberOption("--steps <n>", "steps of maximising"))
    .addOption(numberOption("--reach <pixels>", "farthest shift (default 5)"))
    .addOption(numberOption("--limit <n>", "use the first n images only"))
    .option("--data <name>", "data set (default: the one it was trained on)")
    .option("--data-dir <folder>", "look for the files of the data set here, and nowhere else")
    .option("--out <file.png>", "save the picture")
    .addOption(numberOption("--threads <n>", "threads to compute with"))
    .option("--device <name>", "cpu (default), native, wasm, reference");
  withCommonOptions(command).action((run: string, picture: string | undefined, flags: ExplainFlags) =>
    explainRun(run, picture, flags, context.terminal),
  );
}

async function explainRun(
  run: string,
  file: string | undefined,
  flags: ExplainFlags,
  terminal: Terminal,
): Promise<void> {
  const { withSavedRun } = await import("../saved-run.ts");
  const { openData } = await import("../open-data.ts");
  const { EXPLANATIONS } = await import("../explanations.ts");
  const { json = false, method, part, out, class: _, ...rest } = flags;
  const { explain, takesImage, givesPicture } = EXPLANATIONS[method]!;
  checkSource(flags, file, takesImage);
  if (out !== undefined) checkOut(out, method, givesPicture);
  await withSavedRun(run, rest, async ({ model, config }) => {
    const set = async () => (await openData({ ...config, shape: model.shape }, terminal, json))[part];
    const image = async () => {
      const { readPicture } = await import("../read-picture.ts");
      return file === undefined ? imageOf(await set(), flags.index ?? 0, model) : readPicture(model, file);
    };
    const request: ExplainRequest = {
      ...rest,
      model,
      set: once(set),
      image: once(image),
      class: classOf(model, flags.class),
    };
    const { picture, lines, record } = await explain(request);
    const saved = out !== undefined && picture !== undefined;
    if (saved) await savePicture(picture, out);
    if (json) writeJson(terminal, { type: "explanation", method, ...record, ...(saved && { out }) });
    else terminal.write(explanationText(picture, lines, saved ? out : undefined, terminal));
  });
}

/** Throws where the options do not go together, before anything is opened. */
function checkSource({ method, index }: ExplainFlags, file: string | undefined, takesImage: boolean): void {
  const given = file === undefined ? index !== undefined && "--index" : "a picture";
  if (given && !takesImage) {
    throw new ConfigError(`explain: ${method} looks at no single image, ${given} has no use. Leave it out.`, {
      method,
    });
  }
  if (file !== undefined && index !== undefined) {
    throw new ConfigError("explain: a picture and --index cannot be had together. Choose one.", {
      file,
      index,
    });
  }
}

function checkOut(out: string, method: string, givesPicture: boolean): void {
  if (!givesPicture) {
    throw new ConfigError(`explain: ${method} gives figures and no picture. Leave --out out.`, { method });
  }
  if (!/\.png$/i.test(out)) {
    throw new ConfigError(`explain: --out writes PNG, "${out}" does not end with .png. Name it so.`, { out });
  }
}

/** `f`, called at most once. */
function once<T>(f: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= f();
    return result;
  };
}

function imageOf(
  set: { readonly images: Uint8Array; readonly labels: Uint8Array },
  index: number,
  { shape }: Model,
) {
  const count = set.labels.length;
  if (Number.isInteger(index) && index >= 0 && index < count) {
    const size = shape[0] * shape[1] * shape[2];
    return set.images.slice(index * size, (index + 1) * size);
  }
  throw new ConfigError(
    `explain: --index ${index} is no image, there are ${count}. Give 0 to ${count - 1}.`,
    { index },
  );
}

/** A class by its name, else by its number. */
function classOf({ classes }: Model, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const named = classes.indexOf(text);
  const index = named >= 0 ? named : Number(text);
  if (text.trim() !== "" && Number.isInteger(index) && index >= 0 && index < classes.length) return index;
  throw new ConfigError(`explain: --class "${text}" is unknown. The classes are ${classes.join(", ")}.`, {
    class: text,
  });
}

// About the size at which single pixels of a small image are seen.
const WANTED_PIXELS = 512;

async function savePicture(picture: ColourPicture, out: string): Promise<void> {
  const { enlarge } = await import("../../explain/index.ts");
  const { atomicWrite } = await import("../../data/index.node.ts");
  const { default: sharp } = await import("sharp");
  const factor = Math.max(1, Math.floor(WANTED_PIXELS / Math.max(picture.height, picture.width)));
  const { pixels, height, width } = enlarge(picture, factor);
  const png = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  await atomicWrite(out, png);
}

// A terminal shows no more than this many pixels across; larger pictures are for files.
const MOST_ACROSS = 64;

function explanationText(
  picture: ColourPicture | undefined,
  lines: readonly string[],
  out: string | undefined,
  terminal: Terminal,
): string {
  const saved = out === undefined ? "" : `saved as ${out}\n`;
  const text = `${lines.join("\n")}\n${saved}`;
  if (picture === undefined) return text;
  if (picture.width > Math.min(MOST_ACROSS, terminal.columns)) {
    return out === undefined
      ? `${text}--out <file.png> saves the picture of ${picture.width}×${picture.height} pixels\n`
      : text;
  }
  const plane = picture.height * picture.width;
  const pixels = Uint8Array.from(
    { length: 3 * plane },
    (_, i) => picture.pixels[3 * (i % plane) + Math.floor(i / plane)]!,
  );
  const drawn = drawPicture({ pixels, shape: [3, picture.height, picture.width] }, terminal, MOST_ACROSS);
  return `${drawn.join("\n")}\n${text}`;
}
