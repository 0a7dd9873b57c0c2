// `nabla check`: whether gradients agree with central differences, layer by layer, or op by op. Knows nothing of training.
import type { Command } from "commander";
import { ConfigError } from "../../base/errors.ts";
import type { CheckOptions, Deviation, LayerCheck, OpCheck } from "../../explain/index.ts";
import { type CommonOptions, type Context, numberOption, withCommonOptions, writeJson } from "../context.ts";
import { QuietExit } from "../failure.ts";
import { alignColumns } from "../render/lines.ts";
import type { Terminal } from "../terminal.ts";
import { parseShape } from "./summary.ts";

interface CheckFlags extends CommonOptions {
  readonly model?: string;
  readonly shape: string;
  readonly classes: number;
  readonly ops?: boolean;
  readonly samples: number;
  readonly batch: number;
  readonly seed: number;
}

/** Adds `nabla check [run]`. */
export function addCheck(program: Command, context: Context): void {
  const command = program
    .command("check")
    .description("compare gradients with central differences in float64; exit code 1 where they disagree")
    .argument("[run]", "run folder or model file whose network is checked (default: a fresh one of --model)")
    .option("--model <name>", "check a fresh network of this name, as in nabla summary (default cnn)")
    .option("--shape <C×H×W>", "shape of an image for --model", "1x28x28")
    .addOption(numberOption("--classes <n>", "number of classes for --model").default(10))
    .option("--ops", "check the gradient rule of every op instead of a network")
    .addOption(numberOption("--samples <n>", "elements moved in each parameter").default(5))
    .addOption(numberOption("--batch <n>", "images in a batch").default(2))
    .addOption(numberOption("--seed <n>", "of inputs, labels and the elements chosen").default(1));
  withCommonOptions(command).action((run: string | undefined, flags: CheckFlags) =>
    runChecks(run, flags, context.terminal),
  );
}

async function runChecks(run: string | undefined, flags: CheckFlags, terminal: Terminal): Promise<void> {
  const asked = [run && "a run", flags.model && "--model", flags.ops && "--ops"].filter(Boolean);
  if (asked.length > 1) {
    throw new ConfigError(`check: ${asked.join(" and ")} cannot be had together. Choose one.`, { asked });
  }
  const { checkOps, isRight } = await import("../../explain/index.ts");
  const { samples, batch, seed, json = false } = flags;
  const options = { samples, batch, seed, onProgress: progressLine(terminal, json) };
  const checks: readonly (LayerCheck | OpCheck)[] =
    flags.ops === true ? checkOps(options) : await checkNet(run, flags, options);
  const wrong = checks.filter((check) => !isRight(check));
  if (json) {
    for (const check of checks) {
      const layerType = "alone" in check ? { layerType: check.type } : {};
      writeJson(terminal, { ...check, ...layerType, type: "gradient", isRight: isRight(check) });
    }
    writeJson(terminal, { type: "check", checked: checks.length, wrong: wrong.length });
  } else {
    const table =
      flags.ops === true ? opRows(checks as OpCheck[]) : layerRows(checks as LayerCheck[], terminal);
    terminal.write(
      `${alignColumns(table, new Set([3, 4, 5])).join("\n")}\n\n${verdict(checks, wrong, terminal)}\n`,
    );
  }
  if (wrong.length > 0) throw new QuietExit(1);
}

/** The layers' gradients of a saved run, or of a net of the zoo with fresh parameters, for which no device is opened. */
async function checkNet(
  run: string | undefined,
  flags: CheckFlags,
  options: CheckOptions,
): Promise<LayerCheck[]> {
  const { checkModel } = await import("../../explain/index.ts");
  if (run !== undefined) {
    const { withSavedRun } = await import("../saved-run.ts");
    return withSavedRun(run, {}, ({ model }) => checkModel(model, options));
  }
  const { identityStatistics, netOfZoo } = await import("../../train/model.ts");
  const { initialize } = await import("../../nn/index.ts");
  const shape = parseShape(flags.shape, "check");
  if (!Number.isInteger(flags.classes) || flags.classes < 2 || flags.classes > 256) {
    throw new ConfigError(
      `check: --classes must be a whole number from 2 to 256, it is ${flags.classes}. Give one.`,
    );
  }
  const classes = Array.from({ length: flags.classes }, (_, index) => String(index));
  const net = initialize(netOfZoo(flags.model ?? "cnn", { shape, classes }), shape, {
    seed: options.seed ?? 1,
  });
  return checkModel({ net, shape, classes, normalization: identityStatistics(shape[0]) }, options);
}

/** A moving line that tells how far the check is, where the terminal can show one. */
function progressLine(
  { isInteractive, write }: Terminal,
  isQuiet: boolean,
): (done: number, total: number) => void {
  return (done, total) => {
    if (!isInteractive || isQuiet) return;
    write(done === total ? "\r\u001b[2K" : `\r\u001b[2Kchecking layer ${done + 1} of ${total}`);
  };
}

const formatError = (deviation: Deviation | undefined): string =>
  deviation === undefined ? "" : deviation.error.toExponential(1);

function layerRows(checks: readonly LayerCheck[], { hasUnicode }: Terminal): string[][] {
  const times = hasUnicode ? "×" : "x";
  const rows = checks.map(({ layer, type, name, shape, checked, alone, whole }) => [
    ...[
      layer || "net",
      type,
      name,
      shape.join(times),
      String(checked),
      formatError(alone),
      formatError(whole),
    ],
  ]);
  return [["layer", "type", "by", "shape", "moved", "error alone", "in the net"], ...rows];
}

/** One row an op: its worst sample. */
function opRows(checks: readonly OpCheck[]): string[][] {
  const worst = new Map<string, { samples: Set<number>; moved: number; error: number }>();
  for (const { op, sample, checked, error } of checks) {
    const known = worst.get(op) ?? { samples: new Set(), moved: 0, error: 0 };
    known.samples.add(sample);
    worst.set(op, { ...known, moved: known.moved + checked, error: Math.max(known.error, error) });
  }
  const rows = [...worst].map(([op, { samples, moved, error }]) => [
    ...[op, String(samples.size), String(moved), error.toExponential(1)],
  ]);
  return [["op", "samples", "moved", "error"], ...rows];
}

const nameOf = (check: LayerCheck | OpCheck): string =>
  "op" in check
    ? `${check.op}, sample ${check.sample}, by input ${check.input}`
    : `layer ${check.layer || "net"} (${check.type}) by its ${check.name}`;

/** The worst of what a check has found. */
function worstOf(check: LayerCheck | OpCheck): Deviation {
  if ("op" in check) return check;
  const { alone, whole } = check;
  return whole !== undefined && whole.error > alone.error ? whole : alone;
}

function verdict(
  checks: readonly (LayerCheck | OpCheck)[],
  wrong: readonly (LayerCheck | OpCheck)[],
  { colours }: Terminal,
): string {
  const all = `${checks.length} gradients checked`;
  const first = wrong[0];
  if (first === undefined) return colours.green(`${all}, all agree with central differences`);
  const { analytic, numeric } = worstOf(first);
  return colours.red(
    `${all}, ${wrong.length} wrong; the first is ${nameOf(first)}: ${analytic} where differences give ${numeric}`,
  );
}
