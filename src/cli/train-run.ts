// One training run from its configuration to its score: opens data and device, trains, saves, evaluates, and tells it all
// to a view. Knows nothing of how things look, nor of the files a run folder holds.
import { join } from "node:path";
import { atomicWrite } from "../data/index.node.ts";
import type { DataSet } from "../data/index.ts";
import { describe } from "../nn/describe.ts";
import { adam, adamW, cosine, type Optimizer, scaled, sgd } from "../optim/index.ts";
import { createRunFolder, type RunFolder, resumeRunFolder } from "../train/index.node.ts";
import {
  evaluate,
  type FitOptions,
  type FitResult,
  type FitRun,
  fit,
  RECIPE,
  type TrainingState,
} from "../train/index.ts";
import { checkConfig, checkFlags, readConfigFile, resolveConfig, type TrainConfig } from "./config.ts";
import type { CommonOptions, Context } from "./context.ts";
import { QuietExit } from "./failure.ts";
import { type Interrupt, listenForInterrupt } from "./interrupt.ts";
import { openData } from "./open-data.ts";
import { withDevice } from "./open-device.ts";
import { newRunFolder } from "./run-name.ts";
import { jsonView, quietView, type RunView, textView } from "./run-view.ts";

/** The options that concern the command and not the configuration of the run. */
export interface TrainOptions extends CommonOptions {
  readonly config?: string;
  readonly resume?: string;
  readonly quiet?: boolean;
}

/** The score on the test images, in the run folder. */
export const EVALUATION_FILE = "evaluation.json";

/** Does what `nabla train` was asked for; throws QuietExit with the code of the signal where one ended it. */
export async function train(options: TrainOptions, { terminal, signals }: Context): Promise<void> {
  const view = (options.json ? jsonView : options.quiet ? quietView : textView)(terminal);
  const { config, resumed } = await planOf(options);
  const interrupt = listenForInterrupt(signals, () => {
    view.remark("finishing this step and saving; once more to stop at once");
  });
  try {
    const { data: name, dataDir, limit } = config;
    const request = { data: name, dataDir, limit, signal: interrupt.signal };
    const data = await openData(request, terminal, options.json || options.quiet);
    await withDevice(config, () => runAndScore({ config, data, resumed, view, interrupt }));
  } catch (error) {
    // Before the first step there is nothing to save, so that the signal ends whatever is going on.
    const code = interrupt.exitCode();
    throw code !== undefined && (error as Error).name === "AbortError" ? new QuietExit(code) : error;
  } finally {
    interrupt.release();
  }
}

/** A run to go on with. */
interface Resumed {
  readonly run: RunFolder;
  readonly state: TrainingState;
}

/** Configuration and, with --resume, the saved run: flags win over the file, the file over what was saved. */
async function planOf(options: TrainOptions): Promise<{ config: TrainConfig; resumed: Resumed | undefined }> {
  const flags = checkFlags({ ...options });
  const file = options.config === undefined ? {} : readConfigFile(options.config);
  if (options.resume === undefined) return { config: resolveConfig(flags, file), resumed: undefined };
  const resumed = await resumeRunFolder(options.resume);
  const saved = checkConfig(resumed.run.config, join(options.resume, "config.json"));
  // The checkpoint knows of epochs that were added when the run was gone on with before.
  const { epochs } = resumed.state;
  return { config: { ...resolveConfig(flags, file, { epochs }, saved), out: options.resume }, resumed };
}

interface RunParts {
  readonly config: TrainConfig;
  readonly data: DataSet;
  readonly resumed: Resumed | undefined;
  readonly view: RunView;
  readonly interrupt: Interrupt;
}

async function runAndScore({ config, data, resumed, view, interrupt }: RunParts): Promise<void> {
  let folder: RunFolder | undefined = resumed?.run;
  const run: FitRun = fit(config.model, data, {
    ...fitOptions(config),
    signal: interrupt.signal,
    resume: resumed?.state,
    onCheckpoint: async (state) => folder?.saveCheckpoint(run.model, state),
  });
  folder ??= await createRunFolder(config.out ?? newRunFolder(config.data, config.model, new Date()), config);
  const { model, train, validation } = run;
  const layers = describe(model.net, model.shape);
  view.begin({ config, folder: folder.path, layers, train, validation, test: data.test });
  const { reason } = await follow(run, folder, view);
  if (reason === "interrupted") {
    view.close(folder.path, "interrupted");
    throw new QuietExit(interrupt.exitCode() ?? 1);
  }
  await folder.saveModel(model);
  const evaluation = await evaluate(model, data.test);
  await atomicWrite(join(folder.path, EVALUATION_FILE), `${JSON.stringify(evaluation)}\n`);
  view.score("test", evaluation, data.test);
  view.close(folder.path, "done");
}

/** Tells and writes down every event; gives what the run ended with. */
async function follow(run: FitRun, folder: RunFolder, view: RunView): Promise<FitResult> {
  for (;;) {
    const next = await run.next();
    if (next.done) return next.value;
    view.show(next.value);
    await folder.append(next.value);
  }
}

function optimizerOf({ optimizer, lr, schedule, momentum, weightDecay }: TrainConfig): Optimizer {
  const rate = schedule === "constant" ? lr : scaled(lr, cosine({ warmup: RECIPE.warmup }));
  if (optimizer === "sgd") return sgd({ lr: rate, momentum, weightDecay });
  return (optimizer === "adam" ? adam : adamW)({ lr: rate, weightDecay });
}

const fitOptions = (config: TrainConfig): FitOptions => ({
  optimizer: optimizerOf(config),
  epochs: config.epochs,
  batchSize: config.batchSize,
  seed: config.seed,
  validation: config.validation,
  augment: config.augment,
  labelSmoothing: config.labelSmoothing,
  ...(config.patience !== undefined && { until: { validation: { patience: config.patience } } }),
  maxSeconds: config.maxSeconds,
  target: config.target,
});
