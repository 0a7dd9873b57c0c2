// `nabla predict`: what a saved model reads in pictures. Knows nothing of training or data sets.
import type { Command } from "commander";
import { ConfigError } from "../../base/errors.ts";
import type { Model } from "../../train/index.ts";
import { type CommonOptions, type Context, numberOption, withCommonOptions, writeJson } from "../context.ts";
import { alignColumns } from "../render/lines.ts";
import { formatPercent } from "../render/numbers.ts";
import { drawGallery, type Picture } from "../render/picture.ts";
import type { Terminal } from "../terminal.ts";

interface PredictOptions extends CommonOptions {
  readonly draw: boolean;
}

/** A picture's classes, the most probable first. */
interface Reading {
  readonly file: string;
  readonly picture: Picture;
  readonly ranked: readonly { readonly label: string; readonly probability: number }[];
}

const MOST_SHOWN = 3;

const IS_PICTURE = /\.(png|jpe?g|webp)$/i;

/** Adds `nabla predict [run] <pictures...>`. */
export function addPredict(program: Command, context: Context): void {
  const command = program
    .command("predict")
    .description("tell what is in pictures (PNG, JPEG, WebP)")
    .usage("[options] [run] <pictures...>")
    .argument("<paths...>", "run folder or model file (default: the newest in runs/), then picture files")
    .option("--no-draw", "do not draw what the network sees")
    .addOption(numberOption("--threads <n>", "threads to compute with"))
    .option("--device <name>", "cpu (default), native, wasm, reference");
  withCommonOptions(command).action(async (paths: string[], options: PredictOptions) => {
    const { run, files } = await dividePaths(paths, context.terminal);
    return readPictures(run, files, options, context);
  });
}

/** The run and the pictures: a first path that is named like a picture leaves the run to be found. */
async function dividePaths(
  paths: readonly string[],
  { writeError }: Terminal,
): Promise<{ run: string; files: string[] }> {
  const [first = "", ...rest] = paths;
  if (IS_PICTURE.test(first)) {
    const { latestRun } = await import("../latest-run.ts");
    const run = latestRun();
    writeError(`run ${run}\n`);
    return { run, files: [...paths] };
  }
  if (rest.length > 0) return { run: first, files: rest };
  throw new ConfigError(`predict: there is no picture after the run ${first}. Give PNG, JPEG or WebP files.`);
}

async function readPictures(
  path: string,
  files: readonly string[],
  { json = false, draw, ...flags }: PredictOptions,
  { terminal }: Context,
): Promise<void> {
  const { withSavedRun } = await import("../saved-run.ts");
  const readings = await withSavedRun(path, flags, ({ model }) => read(model, files));
  if (!json) {
    terminal.write(readingsText(readings, draw, terminal));
    return;
  }
  for (const { file, ranked } of readings) writeJson(terminal, { type: "prediction", file, classes: ranked });
}

async function read(model: Model, files: readonly string[]): Promise<Reading[]> {
  const { predict } = await import("../../train/index.ts");
  const { readPicture } = await import("../read-picture.ts");
  const { shape, classes } = model;
  const pictures = await Promise.all(files.map((file) => readPicture(model, file)));
  const size = shape[0] * shape[1] * shape[2];
  const bytes = new Uint8Array(files.length * size);
  pictures.forEach((pixels, index) => {
    bytes.set(pixels, index * size);
  });
  const probabilities = await predict(model, bytes);
  return files.map((file, index) => ({
    file,
    picture: { pixels: bytes.subarray(index * size, (index + 1) * size), shape },
    ranked: classes
      .map((label, place) => ({ label, probability: probabilities[index]?.[place] ?? 0 }))
      .sort((a, b) => b.probability - a.probability),
  }));
}

function readingsText(readings: readonly Reading[], isDrawn: boolean, terminal: Terminal): string {
  const { colours } = terminal;
  const rows = readings.map(({ file, ranked }) => [
    file,
    ...ranked
      .slice(0, MOST_SHOWN)
      .map(({ label, probability }, place) =>
        (place === 0 ? colours.green : colours.dim)(`${label} ${formatPercent(probability)}`),
      ),
  ]);
  const table = `${alignColumns(rows, new Set()).join("\n")}\n`;
  if (!isDrawn) return table;
  const items = readings.map(({ picture, ranked }) => ({ picture, caption: [ranked[0]?.label ?? ""] }));
  return `${drawGallery(items, terminal)}${table}`;
}
