// `nabla train` from its options to a run: reads the configuration, opens data and device, and starts what was asked for.
// Knows nothing of how things look, nor of what a run does.
import { join } from "node:path";
import { resumeRunFolder } from "../train/index.node.ts";
import { checkConfig, checkFlags, readConfigFile, resolveConfig, type TrainConfig } from "./config.ts";
import type { CommonOptions, Context } from "./context.ts";
import { QuietExit } from "./failure.ts";
import { listenForInterrupt } from "./interrupt.ts";
import { openData } from "./open-data.ts";
import { withDevice } from "./open-device.ts";
import { jsonView, quietView, textView } from "./run-view.ts";
import { type Resumed, type RunParts, runAndScore } from "./score-run.ts";
import type { Terminal } from "./terminal.ts";
import { type ModeOptions, modeOf } from "./train-modes.ts";

/** The options that concern the command and not the configuration of the run. */
export interface TrainOptions extends CommonOptions, ModeOptions {
  readonly config?: string;
  readonly resume?: string;
  readonly quiet?: boolean;
}

/** Does what `nabla train` was asked for; throws QuietExit with the code of the signal where one ended it. */
export async function train(options: TrainOptions, { terminal, signals }: Context): Promise<void> {
  const view = (options.json ? jsonView : options.quiet ? quietView : textView)(terminal);
  const { config, resumed } = await planOf(options, view.remark);
  const interrupt = listenForInterrupt(signals, () => {
    view.remark("finishing this step and saving; once more to stop at once");
  });
  try {
    const { data: name, dataDir, limit } = config;
    const request = { data: name, dataDir, limit, signal: interrupt.signal };
    const data = await openData(request, terminal, options.json || options.quiet);
    const parts: RunParts = { config, data, resumed, view, interrupt };
    await withDevice(config, () => runAs(options, parts, terminal));
  } catch (error) {
    // Before the first step there is nothing to save, so that the signal ends whatever is going on.
    const code = interrupt.exitCode();
    throw code !== undefined && (error as Error).name === "AbortError" ? new QuietExit(code) : error;
  } finally {
    interrupt.release();
  }
}

/** Configuration and, with --resume, the saved run: flags win over the file, the file over what was saved. */
async function planOf(
  options: TrainOptions,
  remark: (text: string) => void,
): Promise<{ config: TrainConfig; resumed: Resumed | undefined }> {
  const flags = checkFlags({ ...options });
  const file = options.config === undefined ? {} : readConfigFile(options.config);
  if (options.resume === undefined) return { config: resolveConfig(flags, file), resumed: undefined };
  const resumed = await resumeRunFolder(options.resume, {
    keep: flags.keepCheckpoints ?? file.keepCheckpoints,
    onWarning: (message) => remark(`warning: ${message}`),
  });
  const saved = checkConfig(resumed.run.config, join(options.resume, "config.json"));
  // The checkpoint knows of epochs that were added when the run was gone on with before.
  const { epochs } = resumed.state;
  return { config: { ...resolveConfig(flags, file, { epochs }, saved), out: options.resume }, resumed };
}

/** One run, or what the options ask for in its place. */
async function runAs(options: TrainOptions, parts: RunParts, terminal: Terminal): Promise<void> {
  const mode = modeOf(options);
  if (mode === undefined) await runAndScore(parts);
  else await mode({ ...parts, terminal, isJson: options.json === true });
}
