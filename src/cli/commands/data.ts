// `nabla data`: what a data set holds, fetched first where it is missing. Knows nothing of networks.
import type { Command } from "commander";
import { ConfigError } from "../../base/errors.ts";
import { countOf, type ImageSource, isStream, type Labelled } from "../../data/image-set.ts";
import { checkFlags } from "../config.ts";
import {
  type CommonOptions,
  type Context,
  numberOption,
  sizeOption,
  withCommonOptions,
  writeJson,
} from "../context.ts";
import { openImages } from "../open-data.ts";
import { showImages } from "../render/evaluation.ts";
import { alignColumns } from "../render/lines.ts";
import { formatAmount, formatCount } from "../render/numbers.ts";
import { drawGallery } from "../render/picture.ts";
import { addPreview } from "./preview.ts";

interface DataOptions extends CommonOptions {
  readonly dataDir?: string;
  readonly limit?: number;
  readonly size?: number | string;
  readonly stream?: boolean;
  readonly cache?: boolean;
  readonly show: number;
}

/** Adds `nabla data [name]`. */
export function addData(program: Command, context: Context): void {
  const command = program
    .command("data")
    .description("fetch a data set where it is missing, and show what it holds")
    .argument(
      "[name]",
      "digits, mnist, fashion-mnist, cifar10, or pictures: a folder with a sub-folder a class, a CSV file of path,label, " +
        "tar shards as in 'x-{000..009}.tar'",
      "digits",
    )
    .option("--data-dir <folder>", "look for the files of the data set here, and nowhere else")
    .addOption(sizeOption())
    .option("--stream", "read pictures when they are wanted (default for tar shards and large sets)")
    .option("--no-stream", "hold all pictures in memory")
    .option("--cache", "keep decoded pictures in the cache (default for all but tar shards)")
    .option("--no-cache", "decode pictures each time they are read")
    .addOption(numberOption("--limit <n>", "look at the first n images of each part only"))
    .addOption(numberOption("--show <n>", "draw n images").default(6));
  withCommonOptions(command).action((name: string, options: DataOptions) => showData(name, options, context));
  addPreview(command.enablePositionalOptions(), context);
}

async function showData(name: string, options: DataOptions, { terminal }: Context): Promise<void> {
  const { dataDir, limit, show, json = false } = options;
  for (const [flag, value, least] of [["--limit", limit ?? 1, 1] as const, ["--show", show, 0] as const]) {
    if (Number.isInteger(value) && value >= least) continue;
    throw new ConfigError(
      `data: ${flag} must be a whole number of at least ${least}, it is ${value}. Give one.`,
    );
  }
  const { size } = checkFlags({ size: options.size });
  const { stream, cache } = options;
  const set = await openImages({ data: name, dataDir, limit, size, stream, cache }, terminal, json);
  const { classes, shape } = set.train;
  const parts = Object.entries({ train: set.train, validation: set.validation, test: set.test }).flatMap(
    ([part, own]) => (own === undefined ? [] : [{ part, count: countOf(own), perClass: countsOf(own) }]),
  );
  const shards = isStream(set.train) ? set.train.shards.length : undefined;
  if (json) {
    const counts = Object.fromEntries(parts.map(({ part, count }) => [part, count]));
    const perClass = Object.fromEntries(parts.map((own) => [own.part, own.perClass]));
    writeJson(terminal, { type: "data", name: set.name, shape, classes, shards, ...counts, perClass });
    return;
  }
  const rows = [
    ["class", ...parts.map(({ part }) => part)],
    ...classes.map((label, index) => [label, ...parts.map(({ perClass }) => formatCount(perClass[index]!))]),
    ["total", ...parts.map(({ count }) => formatCount(count))],
  ];
  const times = terminal.hasUnicode ? "×" : "x";
  const streamed = shards === undefined ? "" : `, streamed from ${formatAmount(shards, "shard")}`;
  terminal.write(`${terminal.colours.bold(set.name)}: images of ${shape.join(times)}${streamed}\n\n`);
  terminal.write(`${alignColumns(rows, new Set(parts.map((_, column) => column + 1))).join("\n")}\n\n`);
  terminal.write(drawGallery(await firstImages(set.train, show), terminal));
}

function countsOf(set: Labelled): number[] {
  const counts = set.classes.map(() => 0);
  for (const label of set.labels) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
}

async function firstImages(set: ImageSource, count: number) {
  const { pictures } = await showImages(set, [...Array(count).keys()]);
  return [...pictures].map(([index, picture]) => ({ picture, caption: [set.classes[set.labels[index]!]!] }));
}
