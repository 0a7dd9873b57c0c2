// `nabla eval`: the score of a saved model on a set of images. Knows nothing of training.
import { type Command, Option } from "commander";
import { ConfigError } from "../../base/errors.ts";
import {
  type CommonOptions,
  type Context,
  numberOption,
  sizeOption,
  withCommonOptions,
  writeJson,
} from "../context.ts";
import { openImages } from "../open-data.ts";
import { evaluationText, metricsText, showWorst } from "../render/evaluation.ts";

interface EvalOptions extends CommonOptions {
  readonly part: "train" | "test";
  readonly show: number;
  readonly classes?: boolean;
}

/** Adds `nabla eval <run>`. */
export function addEval(program: Command, context: Context): void {
  const command = program
    .command("eval")
    .description("score a saved network, with what it confuses and its worst mistakes")
    .argument("<run>", "run folder or model file")
    .option("--data <name>", "data set (default: the one it was trained on)")
    .option("--data-dir <folder>", "look for the files of the data set here, and nowhere else")
    .addOption(sizeOption())
    .addOption(new Option("--part <name>", "part of the data set").choices(["train", "test"]).default("test"))
    .addOption(numberOption("--limit <n>", "use the first n images only"))
    .addOption(numberOption("--show <n>", "draw the n worst mistakes").default(6))
    .option("--classes", "tell precision, recall and F1 of each class, top-k accuracy and calibration")
    .addOption(numberOption("--threads <n>", "threads to compute with"))
    .option("--device <name>", "cpu (default), native, wasm, reference");
  withCommonOptions(command).action((run: string, options: EvalOptions) => scoreRun(run, options, context));
}

async function scoreRun(path: string, options: EvalOptions, { terminal }: Context): Promise<void> {
  const { json = false, part, show, classes = false, ...flags } = options;
  if (!Number.isInteger(show) || show < 0) {
    throw new ConfigError(`eval: --show must be a whole number of at least 0, it is ${show}. Give one.`);
  }
  const { withSavedRun } = await import("../saved-run.ts");
  const { evaluate } = await import("../../train/index.ts");
  await withSavedRun(path, flags, async ({ model, config }) => {
    const { data } = config;
    const set = (await openImages({ ...config, shape: model.shape }, terminal, json))[part];
    const warning = classWarning(model.classes, set.classes, data);
    if (warning !== undefined) terminal.writeError(`warning: ${warning}\n`);
    const evaluation = await evaluate(model, set);
    if (json) writeJson(terminal, { type: "evaluation", set: part, data, ...evaluation });
    else {
      const shown = await showWorst(set, evaluation, show);
      terminal.write(evaluationText(part, evaluation, shown, terminal));
      if (classes) terminal.write(`\n${metricsText(evaluation, set.classes, terminal)}`);
    }
  });
}

const listed = (names: readonly string[]): string =>
  names.slice(0, 3).join(", ") + (names.length > 3 ? ", …" : "");

/** What to be told where the classes are as many but others: labels are compared by their place in the list alone. */
function classWarning(
  learned: readonly string[],
  given: readonly string[],
  data: string,
): string | undefined {
  const place = given.findIndex((name, index) => name !== learned[index]);
  if (place < 0 || given.length !== learned.length) return undefined;
  return (
    `the network has learned other classes (${listed(learned)}) than ${data} has (${listed(given)}). ` +
    `An image of "${given[place]}" counts as right where it is read as "${learned[place]}".`
  );
}
