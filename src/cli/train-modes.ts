// What `nabla train` does in place of one run: a dry run, learning a few images by heart, looking for a learning rate,
// several seeds, a profile. Each is made of the same run or step; knows nothing of how those work.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError } from "../base/errors.ts";
import { countOf, takeFirst } from "../data/index.ts";
import { loadModel } from "../train/index.node.ts";
import { confidenceInterval, findLearningRate } from "../train/index.ts";
import type { TrainConfig } from "./config.ts";
import { writeJson } from "./context.ts";
import { QuietExit } from "./failure.ts";
import { fitOptions } from "./fit-options.ts";
import { padLeft } from "./render/lines.ts";
import { formatLoss, formatPercent } from "./render/numbers.ts";
import { newRunFolder } from "./run-name.ts";
import { type RunParts, runAndScore } from "./score-run.ts";
import { type ProfileFlag, showProfile } from "./show-profile.ts";
import type { Terminal } from "./terminal.ts";

/** Options that ask for something else than one run; at most one of them. */
export interface ModeOptions {
  readonly dryRun?: boolean;
  readonly overfit?: unknown;
  readonly findLr?: boolean;
  readonly seeds?: unknown;
  readonly profile?: ProfileFlag;
  readonly resume?: string;
  readonly studio?: boolean;
}

/** What a mode is given: what a run is, and where it tells its own result. */
export interface ModeParts extends RunParts {
  readonly terminal: Terminal;
  readonly isJson: boolean;
}

/** Does something in place of one run. */
export type Mode = (parts: ModeParts) => Promise<void>;

/** The value of an option that must be a whole number; throws `ConfigError` where it is none. */
export function wholeOf(flag: string, value: unknown, least: number): number {
  if (Number.isSafeInteger(value) && (value as number) >= least) return value as number;
  throw new ConfigError(
    `config: ${flag} must be a whole number of at least ${least}, it is ${String(value)}.`,
    {
      flag,
      value,
    },
  );
}

/**
 * The mode that the options ask for, if any; throws `ConfigError` for more than one, one beside --resume, or one beside
 * --studio that keeps nothing to be shown.
 */
export function modeOf(options: ModeOptions): Mode | undefined {
  const { dryRun, overfit, findLr, seeds, profile, resume, studio } = options;
  const asked: [string, Mode][] = [];
  if (dryRun === true) asked.push(["--dry-run", runDry]);
  if (overfit !== undefined) asked.push(["--overfit", learnByHeart(wholeOf("--overfit", overfit, 1))]);
  if (findLr === true) asked.push(["--find-lr", showLearningRates]);
  if (seeds !== undefined) asked.push(["--seeds", runSeeds(wholeOf("--seeds", seeds, 2))]);
  if (profile !== undefined) asked.push(["--profile", profileSteps(profile)]);
  const names = [
    ...asked.map(([name]) => name),
    ...(resume === undefined ? [] : ["--resume"]),
    ...(studio === true && seeds === undefined ? ["--studio"] : []),
  ];
  if (asked.length > 0 && names.length > 1) {
    throw new ConfigError(`config: ${names.join(" and ")} cannot be done together. Choose one.`, { names });
  }
  return asked[0]?.[1];
}

/** Does `action` with the path of a folder that is removed afterwards. */
async function inPassing<T>(action: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "nabla-"));
  try {
    return await action(join(folder, "run"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** One batch through training, validation, saving, loading and the score. */
const runDry: Mode = (parts) =>
  inPassing(async (out) => {
    const { config, data, view, terminal, isJson } = parts;
    const [train, test] = [takeFirst(data.train, config.batchSize), takeFirst(data.test, config.batchSize)];
    await runAndScore({
      ...parts,
      config: { ...config, out, epochs: 1 },
      data: { ...data, train, validation: train, test },
      view: { ...view, close: () => {} },
    });
    await loadModel(out);
    if (isJson) writeJson(terminal, { type: "dry-run", images: countOf(train) });
    else terminal.write("dry run: one batch was trained on, saved, read again and scored; nothing is kept\n");
  });

const BY_HEART_EPOCHS = 300;

/** What is left out so that nothing hinders a net from learning images by heart. */
const unhindered = (config: TrainConfig): TrainConfig => {
  const { patience: _, plateauPatience: __, ema: ___, ...rest } = config;
  return { ...rest, augment: false, labelSmoothing: 0, weightDecay: 0, schedule: "constant", target: 1 };
};

/** The first images again and again until all are right; exit code 1 where that does not happen. */
const learnByHeart =
  (count: number): Mode =>
  (parts) =>
    inPassing(async (out) => {
      const { data, view, terminal, isJson } = parts;
      const train = takeFirst(data.train, count);
      const config = { ...unhindered(parts.config), out, epochs: BY_HEART_EPOCHS };
      const own = { ...data, train, validation: train, test: train };
      const quiet = { ...view, score: () => {}, close: () => {} };
      const { accuracy, loss } = await runAndScore({
        ...parts,
        config,
        data: own,
        view: quiet,
        isInPassing: true,
      });
      const isLearned = accuracy === 1;
      if (isJson) {
        writeJson(terminal, { type: "overfit", images: countOf(train), accuracy, loss, isLearned });
      } else {
        const share = `${Math.round(accuracy * countOf(train))} of ${countOf(train)} images`;
        const verdict = isLearned
          ? "the network can learn"
          : "something hinders it: the data, the network or the learning rate";
        terminal.write(`overfit: ${share} by heart, loss ${formatLoss(loss)}; ${verdict}\n`);
      }
      if (!isLearned) throw new QuietExit(1);
    });

/** Where the time of a training step goes; the trace is all that is kept. */
const profileSteps =
  (flag: ProfileFlag): Mode =>
  async ({ config, data, terminal, isJson }) => {
    const { profileTraining } = await import("../profile/index.ts");
    const { optimizer, batchSize, augment, labelSmoothing, clipNorm, clipValue, seed } = fitOptions(config);
    const options = { optimizer, batchSize, augment, labelSmoothing, clipNorm, clipValue, seed };
    await showProfile(await profileTraining(config.model, data.train, options), flag, { terminal, isJson });
  };

const BAR = 40;

/** The curve of loss against learning rate, and the rate where the loss falls fastest. */
const showLearningRates: Mode = async ({ config, data, terminal, isJson }) => {
  const { optimizer, batchSize, seed, labelSmoothing } = fitOptions(config);
  const curve = await findLearningRate(config.model, data.train, {
    optimizer,
    batchSize,
    seed,
    labelSmoothing,
  });
  if (isJson) {
    writeJson(terminal, { type: "learning-rates", ...curve });
    return;
  }
  const most = Math.max(...curve.losses);
  const lines = curve.rates.flatMap((rate, i) => {
    const loss = curve.losses[i]!;
    const bar = "#".repeat(Math.round((BAR * loss) / most));
    return i % 4 === 0 ? [`${padLeft(rate.toExponential(1), 8)}  ${formatLoss(loss)}  ${bar}`] : [];
  });
  const { suggestion } = curve;
  const advice =
    suggestion === undefined
      ? "the loss never fell; look at the data and the network"
      : `the loss falls fastest at ${suggestion.toPrecision(2)}: --lr ${Number(suggestion.toPrecision(2))}`;
  terminal.write(`${lines.join("\n")}\n\n${advice}\n`);
};

/** The same run with several seeds, each in a folder of its own, and what their scores have in common. */
const runSeeds =
  (count: number): Mode =>
  async (parts) => {
    const { config, terminal, isJson } = parts;
    const folder = config.out ?? newRunFolder(config.data, config.model, new Date());
    const runs: { seed: number; accuracy: number; loss: number }[] = [];
    for (let seed = config.seed; seed < config.seed + count; seed++) {
      const out = join(folder, `seed-${seed}`);
      const { accuracy, loss } = await runAndScore({ ...parts, config: { ...config, seed, out } });
      runs.push({ seed, accuracy, loss });
    }
    const accuracy = confidenceInterval(runs.map((run) => run.accuracy));
    const loss = confidenceInterval(runs.map((run) => run.loss));
    if (isJson) {
      writeJson(terminal, { type: "seeds", folder, runs, accuracy, loss });
      return;
    }
    const row = (cells: readonly string[]) =>
      `${padLeft(cells[0]!, 8)}  ${padLeft(cells[1]!, 20)}  ${cells[2]}\n`;
    const lines = runs.map((run) =>
      row([String(run.seed), formatPercent(run.accuracy, 2), formatLoss(run.loss)]),
    );
    const summary = row([
      "mean",
      `${formatPercent(accuracy.mean, 2)} ± ${formatPercent(accuracy.halfWidth, 2)}`,
      `${formatLoss(loss.mean)} ± ${formatLoss(loss.halfWidth)}`,
    ]);
    terminal.write(
      `${row(["seed", "accuracy", "loss"])}${lines.join("")}${summary}95 % confidence over seeds\n`,
    );
  };
