// `nabla data`: what a data set holds, fetched first where it is missing. Knows nothing of networks.
import type { Command } from "commander";
import { ConfigError } from "../../base/errors.ts";
import { countOf, type ImageSet } from "../../data/image-set.ts";
import { type CommonOptions, type Context, numberOption, withCommonOptions, writeJson } from "../context.ts";
import { openData } from "../open-data.ts";
import { pictureOf } from "../render/evaluation.ts";
import { alignColumns } from "../render/lines.ts";
import { formatCount } from "../render/numbers.ts";
import { drawGallery } from "../render/picture.ts";

interface DataOptions extends CommonOptions {
  readonly dataDir?: string;
  readonly limit?: number;
  readonly show: number;
}

/** Adds `nabla data [name]`. */
export function addData(program: Command, context: Context): void {
  const command = program
    .command("data")
    .description("fetch a data set where it is missing, and show what it holds")
    .argument(
      "[name]",
      "digits, mnist, fashion-mnist, cifar10, or a folder with a sub-folder a class",
      "digits",
    )
    .option("--data-dir <folder>", "look for the files of the data set here, and nowhere else")
    .addOption(numberOption("--limit <n>", "look at the first n images of each part only"))
    .addOption(numberOption("--show <n>", "draw n images").default(6));
  withCommonOptions(command).action((name: string, options: DataOptions) => showData(name, options, context));
}

async function showData(name: string, options: DataOptions, { terminal }: Context): Promise<void> {
  const { dataDir, limit, show, json = false } = options;
  for (const [flag, value, least] of [["--limit", limit ?? 1, 1] as const, ["--show", show, 0] as const]) {
    if (Number.isInteger(value) && value >= least) continue;
    throw new ConfigError(
      `data: ${flag} must be a whole number of at least ${least}, it is ${value}. Give one.`,
    );
  }
  const set = await openData({ data: name, dataDir, limit }, terminal, json);
  const { classes, shape } = set.train;
  const parts = { train: countsOf(set.train), test: countsOf(set.test) };
  if (json) {
    const counts = { train: countOf(set.train), test: countOf(set.test) };
    writeJson(terminal, { type: "data", name: set.name, shape, classes, ...counts, perClass: parts });
    return;
  }
  const rows = classes.map((label, index) => [
    label,
    formatCount(parts.train[index] ?? 0),
    formatCount(parts.test[index] ?? 0),
  ]);
  const total = ["total", formatCount(countOf(set.train)), formatCount(countOf(set.test))];
  const times = terminal.hasUnicode ? "×" : "x";
  terminal.write(`${terminal.colours.bold(set.name)}: images of ${shape.join(times)}\n\n`);
  terminal.write(
    `${alignColumns([["class", "train", "test"], ...rows, total], new Set([1, 2])).join("\n")}\n\n`,
  );
  terminal.write(drawGallery(firstImages(set.train, show), terminal));
}

function countsOf(set: ImageSet): number[] {
  const counts = set.classes.map(() => 0);
  for (const label of set.labels) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
}

const firstImages = (set: ImageSet, count: number) =>
  Array.from({ length: Math.min(count, countOf(set)) }, (_, index) => ({
    picture: pictureOf(set, index),
    caption: [set.classes[set.labels[index] as number] ?? String(set.labels[index])],
  }));
