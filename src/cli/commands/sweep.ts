// `nabla sweep`: its options. What a sweep does is in sweep/, loaded only when there is one to run.
import type { Command } from "commander";
import { type Context, numberOption, withCommonOptions } from "../context.ts";
import type { SweepOptions } from "../sweep/sweep.ts";

const HELP = `
The file is a configuration of nabla train in which fields may have lists or ranges:

  lr: { min: 1e-4, max: 1e-1, scale: log }    # add count: 4 for a grid
  optimizer: [sgd, adamw]
  epochs: 9
  strategy: halving      # or grid (default), random
  trials: 18             # for random and halving (default 10)
  metric: accuracy       # of validation, or loss
  jobs: 2                # processes at a time (default one a processor)

halving trains all trials a little, the best third of them longer, and so on; eta: 3, minEpochs: 1.
Results are in the folder's results.json and results.csv.`;

/** Adds `nabla sweep [file]`. */
export function addSweep(program: Command, context: Context): void {
  const command = program
    .command("sweep")
    .description("train with many configurations and compare them")
    .argument("[file]", "YAML or JSON file of the sweep")
    .option("--out <folder>", "where the trials are saved (default runs/<date>-sweep-<file>)")
    .option("--resume <folder>", "go on with the sweep saved in this folder")
    .addOption(numberOption("--jobs <n>", "processes at a time (default one a processor)"))
    .addHelpText("after", HELP);
  withCommonOptions(command).action(async (file: string | undefined, options: SweepOptions) => {
    const { sweep } = await import("../sweep/sweep.ts");
    await sweep(file, options, context);
  });
}
