// What became of a sweep's trials: their order from the best on, as a table, as CSV, and in results.json.
// Knows nothing of how trials are run.
import { z } from "zod";
import { CheckpointError } from "../../base/errors.ts";
import { alignColumns } from "../render/lines.ts";
import { formatDuration, formatLoss, formatPercent } from "../render/numbers.ts";
import type { Terminal } from "../terminal.ts";
import type { SweepPlan, Trial } from "./plan.ts";
import type { TrialOutcome } from "./trial.ts";

const score = z.object({ loss: z.number(), accuracy: z.number() });
const resultSchema = z.object({
  trial: z.number().int(),
  point: z.record(z.string(), z.json()),
  state: z.enum(["waiting", "paused", "interrupted", "stopped", "done", "failed"]),
  epochs: z.number(),
  seconds: z.number(),
  scores: z.array(score),
  test: score.optional(),
  message: z.string().optional(),
  folder: z.string(),
});
const fileSchema = z.object({ results: z.array(resultSchema) });

/**
 * A trial and what came of it: its validation scores after each round, its test score once it is done. "stopped" is one
 * that successive halving did not let go on.
 */
export type TrialResult = Readonly<z.infer<typeof resultSchema>>;

/** A trial before anything was done. */
export const waiting = ({ id, point }: Trial): TrialResult => ({
  ...{ trial: id, point: { ...point }, state: "waiting", epochs: 0, seconds: 0, scores: [] },
  folder: String(id).padStart(3, "0"),
});

/** The result after one more process of its trial has ended. */
export function withOutcome(result: TrialResult, outcome: TrialOutcome): TrialResult {
  const { state, epochs, seconds, validation, test, message } = outcome;
  const isWhole = state === "done" || state === "paused";
  const hasScore = isWhole && validation !== undefined;
  return {
    ...result,
    state: isWhole && !hasScore ? "failed" : state,
    epochs: Math.max(result.epochs, epochs),
    seconds: result.seconds + seconds,
    scores: hasScore ? [...result.scores, validation] : result.scores,
    ...(test && { test }),
    ...(isWhole && !hasScore && { message: "there is no validation score" }),
    ...(message !== undefined && { message }),
  };
}

/** Results from the best on: those that came further first, then by the last score; a number that is none comes last. */
export function ranked(results: readonly TrialResult[], metric: SweepPlan["metric"]): TrialResult[] {
  const worth = ({ scores }: TrialResult): number => {
    const last = scores.at(-1);
    const value = last === undefined ? Number.NaN : metric === "loss" ? -last.loss : last.accuracy;
    return Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value;
  };
  const isOut = ({ state }: TrialResult): number => (state === "failed" ? 1 : 0);
  const difference = (a: number, b: number): number => (a === b ? 0 : a - b);
  return results.toSorted(
    (a, b) =>
      isOut(a) - isOut(b) ||
      b.scores.length - a.scores.length ||
      difference(worth(b), worth(a)) ||
      a.trial - b.trial,
  );
}

/** The results in the text of results.json; throws `CheckpointError` where they are none. */
export function parseResults(text: string, file: string): TrialResult[] {
  try {
    return fileSchema.parse(JSON.parse(text)).results;
  } catch (error) {
    throw new CheckpointError(
      `${file}: holds no results of a sweep. Remove the file to run all trials again; finished ones are read from their folders.`,
      { file },
      error,
    );
  }
}

const valueText = (value: unknown): string =>
  typeof value === "object" ? JSON.stringify(value) : String(value ?? "");

const cell = (value: unknown): string => {
  const text = valueText(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** The results as CSV, a line a trial, in their order. */
export function csvOf(results: readonly TrialResult[], keys: readonly string[]): string {
  const head = ["rank", "trial", ...keys, "state", "epochs", "seconds"];
  const scores = ["validation_accuracy", "validation_loss", "test_accuracy", "test_loss"];
  const rows = results.map(({ trial, point, state, epochs, seconds, scores, test, folder }, i) => {
    const last = scores.at(-1);
    const numbers = [last?.accuracy, last?.loss, test?.accuracy, test?.loss];
    return [i + 1, trial, ...keys.map((key) => point[key]), state, epochs, seconds, ...numbers, folder];
  });
  return [[...head, ...scores, "folder"], ...rows].map((row) => `${row.map(cell).join(",")}\n`).join("");
}

/** The swept fields of a trial in words: "lr 0.01, optimizer sgd". */
export const pointText = ({ point }: Pick<TrialResult, "point">): string =>
  Object.entries(point)
    .map(([key, value]) => `${key} ${valueText(value)}`)
    .join(", ");

/** The results as a table for people. */
export function tableOf(
  results: readonly TrialResult[],
  keys: readonly string[],
  terminal: Terminal,
): string {
  const head = ["", "trial", ...keys, "accuracy", "loss", "epochs", "time", ""];
  const rows = results.map(({ trial, point, state, epochs, seconds, scores }, i) => {
    const last = scores.at(-1);
    return [
      ...[String(i + 1), String(trial), ...keys.map((key) => valueText(point[key]))],
      last === undefined ? "" : formatPercent(last.accuracy, 2),
      last === undefined ? "" : formatLoss(last.loss),
      ...[String(epochs), formatDuration(seconds), state === "done" ? "" : state],
    ];
  });
  const right = new Set(head.slice(1).keys());
  const [title, ...lines] = alignColumns([head, ...rows], right);
  return `${terminal.colours.bold(title!)}\n${lines.join("\n")}\n`;
}
