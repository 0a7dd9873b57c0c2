// `nabla sweep` from its options to its table: reads the file or the folder of a sweep, runs it, tells of it.
// Knows nothing of how trials are chosen or run.
import { existsSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { CheckpointError, ConfigError } from "../../base/errors.ts";
import { atomicWrite } from "../../data/index.node.ts";
import { readSettings } from "../config.ts";
import { type CommonOptions, type Context, writeJson } from "../context.ts";
import { QuietExit } from "../failure.ts";
import { listenForInterrupt } from "../interrupt.ts";
import { formatAmount, formatLoss, formatPercent } from "../render/numbers.ts";
import { newRunFolder } from "../run-name.ts";
import type { Terminal } from "../terminal.ts";
import { planSweep, type SweepPlan } from "./plan.ts";
import { pointText, type TrialResult, tableOf } from "./results.ts";
import { runSweep, SWEEP_FILE, shareThreads } from "./run-sweep.ts";
import { processRunner, type TrialRunner } from "./trial.ts";

/** Options of `nabla sweep`. */
export interface SweepOptions extends CommonOptions {
  readonly out?: string;
  readonly resume?: string;
  readonly jobs?: unknown;
}

/** A sweep and where it is. */
interface Planned {
  readonly plan: SweepPlan;
  readonly folder: string;
}

/** The number of processes of an option, over that of the file. */
function withJobs(plan: SweepPlan, jobs: unknown): SweepPlan {
  if (jobs === undefined) return plan;
  if (Number.isSafeInteger(jobs) && (jobs as number) >= 1) return { ...plan, jobs: jobs as number };
  throw new ConfigError(`sweep: --jobs must be a whole number of at least 1, it is ${String(jobs)}.`, {
    jobs,
  });
}

/** A new sweep in a folder of its own, or that of a folder. */
async function plannedBy(file: string | undefined, options: SweepOptions): Promise<Planned> {
  const { resume, out, jobs } = options;
  if ((file === undefined) === (resume === undefined)) {
    throw new ConfigError(
      "sweep: needs either a file or --resume with the folder of a sweep. Give one, as in nabla sweep sweep.yaml.",
    );
  }
  if (resume !== undefined) {
    const saved = join(resume, SWEEP_FILE);
    if (!existsSync(saved)) {
      throw new CheckpointError(`${resume}: holds no sweep. Give the folder that nabla sweep told.`, {
        resume,
      });
    }
    return { plan: withJobs(planSweep(readSettings(saved), saved), jobs), folder: resume };
  }
  const settings = readSettings(file!);
  const plan = withJobs(planSweep(settings, file!), jobs);
  const folder = out ?? newRunFolder("sweep", basename(file!, extname(file!)), new Date());
  if (existsSync(join(folder, SWEEP_FILE))) {
    throw new CheckpointError(
      `${folder}: there is a sweep already. Go on with it (--resume), or choose another folder.`,
      {
        folder,
      },
    );
  }
  await atomicWrite(join(folder, SWEEP_FILE), `${JSON.stringify(settings, undefined, 2)}\n`);
  return { plan, folder };
}

function headText({ plan, folder }: Planned, { colours }: Terminal): string {
  const { jobs, threads } = shareThreads(plan);
  const rounds = plan.rungs.map(({ trials, epochs }) => `${trials} to epoch ${epochs}`).join(", ");
  const how = plan.rungs.length > 1 ? `; ${rounds}` : "";
  const shared = `${formatAmount(jobs, "job")} of ${formatAmount(threads, "thread")}`;
  return `${colours.bold(plan.strategy)}: ${formatAmount(plan.trials.length, "trial")}${how}; ${shared}\n${colours.dim(folder)}\n\n`;
}

function trialText(result: TrialResult, left: number): string {
  const { trial, state, scores, message, epochs } = result;
  const score = scores.at(-1);
  const told =
    state === "failed" || score === undefined
      ? `${state}${message ? `: ${message}` : ""}`
      : `accuracy ${formatPercent(score.accuracy, 2)}, loss ${formatLoss(score.loss)} after ${formatAmount(epochs, "epoch")}`;
  return `trial ${trial} (${pointText(result)}): ${told}${left > 0 ? `; ${left} to go` : ""}\n`;
}

/** Runs a sweep; throws QuietExit with the signal's code where one ended it, with 1 where every trial failed. */
export async function sweep(
  file: string | undefined,
  options: SweepOptions,
  { terminal, signals }: Context,
  runner: TrialRunner = processRunner(),
): Promise<void> {
  const planned = await plannedBy(file, options);
  const { plan, folder } = planned;
  const isJson = options.json === true;
  const interrupt = listenForInterrupt(signals, () => {
    terminal.writeError("letting the trials save; once more to stop at once\n");
    runner.stop();
  });
  interrupt.beforeExit(() => runner.kill());
  if (!isJson) terminal.write(headText(planned, terminal));
  try {
    const results = await runSweep({
      ...{ plan, folder, runner, signal: interrupt.signal },
      onTrial: (result, left) =>
        isJson ? writeJson(terminal, { type: "trial", ...result }) : terminal.write(trialText(result, left)),
    });
    const code = interrupt.exitCode();
    if (isJson) writeJson(terminal, { type: code === undefined ? "sweep" : "interrupted", folder, results });
    else
      terminal.write(
        `\n${tableOf(results, plan.keys, terminal)}\n${endText(results, folder, code !== undefined)}`,
      );
    if (code !== undefined) throw new QuietExit(code);
    if (results.every(({ state }) => state === "failed")) throw new QuietExit(1);
  } finally {
    interrupt.release();
  }
}

function endText([best]: readonly TrialResult[], folder: string, isInterrupted: boolean): string {
  if (isInterrupted) return `to go on: nabla sweep --resume ${folder}\n`;
  return best === undefined || best.state === "failed"
    ? `every trial failed: ${best?.message}\n`
    : `best: ${pointText(best)}, in ${join(folder, best.folder)}\n`;
}
