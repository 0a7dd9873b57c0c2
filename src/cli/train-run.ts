// `nabla train` from its options to a run: reads the configuration, opens data and device, and starts what was asked for.
// Knows nothing of how things look, nor of what a run does.
import { dirname, join, resolve } from "node:path";
import { ConfigError } from "../base/errors.ts";
import { DATA_SET_NAMES } from "../data/index.node.ts";
import type { DataSet, ImageSource } from "../data/index.ts";
import { resumeRunFolder } from "../train/index.node.ts";
import { checkConfig, checkFlags, readConfigFile, resolveConfig, type TrainConfig } from "./config.ts";
import type { CommonOptions, Context } from "./context.ts";
import { QuietExit } from "./failure.ts";
import { giveData } from "./given-data.ts";
import { listenForInterrupt } from "./interrupt.ts";
import { openImages } from "./open-data.ts";
import { withDevice } from "./open-device.ts";
import { jsonView, quietView, type RunView, textView } from "./run-view.ts";
import { type Resumed, type RunParts, runAndScore } from "./score-run.ts";
import type { Terminal } from "./terminal.ts";
import { type Mode, type ModeOptions, modeOf, wholeOf } from "./train-modes.ts";

/** The options that concern the command and not the configuration of the run. */
export interface TrainOptions extends CommonOptions, ModeOptions {
  readonly config?: string;
  readonly resume?: string;
  readonly quiet?: boolean;
  readonly studio?: boolean;
  readonly histograms?: boolean;
  readonly pauseAfter?: unknown;
}

/**
 * Does what `nabla train` was asked for; with --studio it is served from before the start to a signal after the end.
 * Throws QuietExit with the code of the signal where one ended the run.
 */
export async function train(options: TrainOptions, context: Context): Promise<void> {
  const view = (options.json ? jsonView : options.quiet ? quietView : textView)(context.terminal);
  const plan = await planOf(options, view.remark);
  if (options.studio !== true) return trainAsPlanned(plan, options, context, view);
  const { whileServed } = await import("./studio.ts");
  const runs = dirname(plan.config.out ?? join("runs", "run"));
  let give = (_: DataSet<ImageSource>): void => {};
  const opened = new Promise<DataSet<ImageSource>>((resolve) => {
    give = resolve;
  });
  const { data, dataDir } = plan.config;
  const given = giveData(data, opened);
  await whileServed({ runs, dataDir, given }, view, context.signals, () =>
    trainAsPlanned(plan, options, context, view, give),
  );
}

async function trainAsPlanned(
  { config, resumed, mode }: Plan,
  options: TrainOptions,
  { terminal, signals }: Context,
  view: RunView,
  onData: (data: DataSet<ImageSource>) => void = () => {},
): Promise<void> {
  const interrupt = listenForInterrupt(signals, () => {
    view.remark("finishing this step and saving; once more to stop at once");
  });
  try {
    const data = await openImages(
      { ...config, signal: interrupt.signal },
      terminal,
      options.json || options.quiet,
    );
    onData(data);
    const histograms = options.histograms === true || options.studio === true;
    const parts: RunParts = { config, data, resumed, view, interrupt, histograms };
    await withDevice(config, () => runAs(mode, options, parts, terminal));
  } catch (error) {
    // Before the first step there is nothing to save, so that the signal ends whatever is going on.
    const code = interrupt.exitCode();
    throw code !== undefined && (error as Error).name === "AbortError" ? new QuietExit(code) : error;
  } finally {
    interrupt.release();
  }
}

/** What is to be trained, and from where on. */
interface Plan {
  readonly config: TrainConfig;
  readonly resumed: Resumed | undefined;
  /** What is done in place of one run. */
  readonly mode: Mode | undefined;
}

/** Configuration and, with --resume, the saved run: flags win over the file, the file over what was saved. */
async function planOf(options: TrainOptions, remark: (text: string) => void): Promise<Plan> {
  const mode = modeOf(options);
  const flags = checkFlags({ ...options });
  const file = options.config === undefined ? {} : readConfigFile(options.config);
  if (options.resume === undefined) return { config: resolveConfig(flags, file), resumed: undefined, mode };
  checkOut(options.resume, flags.out ?? file.out);
  const resumed = await resumeRunFolder(options.resume, {
    keep: flags.keepCheckpoints ?? file.keepCheckpoints,
    onWarning: (message) => remark(`warning: ${message}`),
  });
  const saved = checkConfig(resumed.run.config, join(options.resume, "config.json"));
  // The checkpoint knows of epochs that were added when the run was gone on with before.
  const { epochs } = resumed.state;
  const config = { ...resolveConfig(flags, file, { epochs }, saved), out: options.resume };
  checkContinues(resolveConfig(saved), config, options.resume);
  return { config, resumed, mode };
}

/** Throws where a run is to be saved in another folder than the one it goes on in. */
function checkOut(resume: string, out: string | undefined): void {
  if (out === undefined || resolve(out) === resolve(resume)) return;
  throw new ConfigError(
    `config: --out ${out} cannot be had with --resume ${resume}: a run goes on in its own folder. ` +
      "Leave --out out, or copy the folder and resume the copy.",
    { out, resume },
  );
}

/** Throws where a run is to go on with another net, or with a data set of another name; a folder may have moved. */
function checkContinues(saved: TrainConfig, wanted: TrainConfig, folder: string): void {
  const isName = (data: string): boolean => (DATA_SET_NAMES as readonly string[]).includes(data);
  const isOtherData = saved.data !== wanted.data && (isName(saved.data) || isName(wanted.data));
  const key = saved.model !== wanted.model ? "model" : isOtherData ? "data" : undefined;
  if (key === undefined) return;
  throw new ConfigError(
    `config: the run in ${folder} has the ${key} ${saved[key]} and cannot go on with ` +
      `${wanted[key]}. Leave --${key} out, or train anew in another folder.`,
    { key, saved: saved[key], wanted: wanted[key] },
  );
}

/** One run, or what the options ask for in its place. */
async function runAs(
  mode: Mode | undefined,
  options: TrainOptions,
  parts: RunParts,
  terminal: Terminal,
): Promise<void> {
  if (mode !== undefined) return mode({ ...parts, terminal, isJson: options.json === true });
  const after = options.pauseAfter;
  await runAndScore({
    ...parts,
    pauseAfter: after === undefined ? after : wholeOf("--pause-after", after, 1),
  });
}
