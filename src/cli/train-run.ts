// One training run from its configuration to its score: opens data and device, trains, saves, evaluates, and tells it all
// to a view. Knows nothing of how things look, nor of the files a run folder holds.
import { openDevice, setDevice } from "../device/current.ts";
import { describe } from "../nn/describe.ts";
import { adam, adamW, cosine, type Optimizer, scaled, sgd } from "../optim/index.ts";
import { evaluate, type FitOptions, fit, RECIPE } from "../train/index.ts";
import type { TrainOptions } from "./commands/train.ts";
import { checkFlags, readConfigFile, resolveConfig, type TrainConfig } from "./config.ts";
import type { Context } from "./context.ts";
import { QuietExit } from "./failure.ts";
import { listenForInterrupt } from "./interrupt.ts";
import { openData } from "./open-data.ts";
import { newRunFolder } from "./run-name.ts";
import { jsonView, quietView, type RunView, textView } from "./run-view.ts";

/** Does what `nabla train` was asked for; throws QuietExit with a signal's code where one ended it. */
export async function train(options: TrainOptions, { terminal, signals }: Context): Promise<void> {
  const view = (options.json ? jsonView : options.quiet ? quietView : textView)(terminal);
  const config = resolveConfig(
    checkFlags({ ...options }),
    options.config ? readConfigFile(options.config) : {},
  );
  const interrupt = listenForInterrupt(signals, () => {
    view.remark("finishing this step and saving; once more to stop at once");
  });
  try {
    const data = await openData(
      { data: config.data, dataDir: config.dataDir, limit: config.limit, signal: interrupt.signal },
      terminal,
      options.json || options.quiet,
    );
    const { device: name, threads } = config;
    const device = await openDevice(name, threads === undefined ? {} : { threads });
    setDevice(device);
    const run = fit(config.model, data, { ...fitOptions(config), signal: interrupt.signal });
    const folder = config.out ?? newRunFolder(config.data, config.model, new Date());
    const layers = describe(run.model.net, run.model.shape);
    view.begin({ config, folder, layers, train: run.train, validation: run.validation, test: data.test });
    for await (const event of run) view.show(event);
    view.score("test", await evaluate(run.model, data.test), data.test);
    view.close(folder, "done");
    await device.close();
  } finally {
    interrupt.release();
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
