// `nabla train`: its options. What a run does is train-run.ts, loaded only when there is something to train.
import { type Command, Option } from "commander";
import { AUGMENTATION_NAMES } from "../../data/augment/catalog.ts";
import { RECIPE } from "../../train/recipe.ts";
import { MODELS, OPTIMIZERS, SCHEDULES, SGD_RATE } from "../config.ts";
import { type Context, numberOption, sizeOption, withCommonOptions } from "../context.ts";
import type { TrainOptions } from "../train-run.ts";

/** Adds `nabla train`. Options have no defaults here, so that a configuration file can be told from a flag. */
export function addTrain(program: Command, context: Context): void {
  const command = program
    .command("train")
    .description("train a network, save it, and show how well it does")
    .option("--config <file>", "YAML or JSON file with any of the options below (batchSize: 64)")
    .option(
      "--data <name>",
      "digits (default), mnist, fashion-mnist, cifar10, or pictures: a folder, a CSV file, tar shards",
    )
    .option("--data-dir <folder>", "look for the files of the data set here, and nowhere else")
    .option("--validation-data <source>", "pictures for validation, in place of a part of --data")
    .option("--test-data <source>", "pictures for the score at the end, in place of a part of --data")
    .addOption(sizeOption())
    .option(
      "--stream",
      "read pictures while training, not all before (default for tar shards and large sets)",
    )
    .option("--no-stream", "hold all pictures in memory")
    .option("--cache", "keep decoded pictures in the cache (default for all but tar shards)")
    .option("--no-cache", "decode pictures each time they are read")
    .option("--model <name>", `cnn (default), ${MODELS.slice(1).join(", ")}`)
    .addOption(numberOption("--epochs <n>", `times every image is learned from (default ${RECIPE.epochs})`))
    .addOption(numberOption("--batch-size <n>", `images a step (default ${RECIPE.batchSize})`))
    .option(
      "--optimizer <name>",
      `adamw (default), ${OPTIMIZERS.filter((name) => name !== "adamw").join(", ")}`,
    )
    .addOption(
      numberOption(
        "--lr <rate>",
        `highest learning rate (default ${RECIPE.learningRate}; ${SGD_RATE} for sgd)`,
      ),
    )
    .option(
      "--schedule <name>",
      `cosine (default; rises over a tenth of the steps, then falls), ${SCHEDULES.slice(1).join(", ")}`,
    )
    .addOption(
      numberOption("--plateau-patience <epochs>", "lower the rate tenfold when so many bring no improvement"),
    )
    .addOption(
      numberOption("--ema <share>", "evaluate and save a running average that keeps this share a step"),
    )
    .addOption(numberOption("--clip-norm <length>", "shorten gradients to this length"))
    .addOption(numberOption("--clip-value <bound>", "hold the elements of gradients within ± this"))
    .addOption(numberOption("--accumulate <parts>", "cut each batch into parts, to use less memory"))
    .addOption(numberOption("--momentum <share>", "share of the last step that sgd keeps (default 0.9)"))
    .addOption(
      numberOption("--weight-decay <rate>", "pull of the weights towards 0 (default 0.01 for adamw, else 0)"),
    )
    .addOption(
      numberOption("--label-smoothing <share>", "share of the target spread over all classes (default 0)"),
    )
    .option(
      "--augment [changes]",
      `change the images at random: by up to 2 pixels, or so many, or by ${AUGMENTATION_NAMES.join(",")}`,
    )
    .option("--no-augment", "learn from the images as they are (default)")
    .addOption(
      numberOption("--validation <share>", "share of the images held out for validation (default 0.1)"),
    )
    .addOption(
      numberOption("--patience <epochs>", "stop when validation has not improved for so many epochs"),
    )
    .addOption(numberOption("--target <accuracy>", "stop at this validation accuracy, as in 0.99"))
    .addOption(numberOption("--max-seconds <n>", "stop after so many seconds"))
    .addOption(numberOption("--step-norm <length>", "stop after a step that is shorter than this"))
    .addOption(
      numberOption("--gradient-norm <length>", "stop where the gradient on a batch is shorter than this"),
    )
    .option("--norms", "tell the lengths of gradients and steps, which takes a little time")
    .addOption(numberOption("--limit <n>", "use the first n images of each part only"))
    .option("--balanced", "learn from every class equally often, however many images it has")
    .addOption(
      numberOption("--shuffle-buffer <n>", "images of a streamed set that are mixed together (default 8192)"),
    )
    .addOption(numberOption("--seed <n>", "of everything drawn at random (default 1)"))
    .addOption(
      numberOption("--threads <n>", "threads to compute with (default one a core); no result depends on it"),
    )
    .addOption(
      new Option("--device <name>", "cpu (default: native kernels, else WASM), native, wasm, reference"),
    )
    .option("--out <folder>", "where the run is saved (default runs/<date>-<data>-<model>)")
    .option("--resume <folder>", "go on with the run saved in this folder")
    .addOption(
      numberOption("--pause-after <epochs>", "save after so many epochs and end, to be gone on with later"),
    )
    .addOption(numberOption("--checkpoint-every <n>", "also save after every n steps, or minutes as in 10m"))
    .addOption(numberOption("--keep-checkpoints <n>", "keep the last n checkpoints (default 2) and the best"))
    .option("--dry-run", "one batch from end to end, to see that all works; keeps nothing")
    .addOption(numberOption("--overfit <n>", "learn n images by heart, to see that the network can learn"))
    .option("--find-lr", "try growing learning rates and suggest one; keeps nothing")
    .addOption(numberOption("--seeds <n>", "train with n seeds and give mean and confidence interval"))
    .option("--studio", "show the run on a page in the browser, which is served on until Ctrl-C")
    .option("--histograms", "note after each epoch how weights and gradients are spread; --studio does too")
    .option("--profile [trace.json]", "tell where the time of a step goes, and save a trace for Perfetto")
    .option("--quiet", "write the score and the folder only");
  withCommonOptions(command).action(async (options: TrainOptions) => {
    const { train } = await import("../train-run.ts");
    await train(options, context);
  });
}
