// What was read as what, as a matrix: a row is the actual class, a column the predicted one.
// Takes counts and names; knows nothing of networks.
import type { Terminal } from "../terminal.ts";
import { cut, padLeft, padRight } from "./lines.ts";
import { formatCount, formatPercent } from "./numbers.ts";

const MAX_NAME = 14;
const MOST_CONFUSED = 10;

/**
 * The confusion matrix with the share of each class that was read right; where it is wider than the terminal, the
 * pairs most often confused instead. `confusion[actual][predicted]` is in images.
 */
export function confusionMatrix(
  confusion: readonly (readonly number[])[],
  classes: readonly string[],
  terminal: Terminal,
): string {
  const { colours, hasUnicode, columns } = terminal;
  const ellipsis = hasUnicode ? "…" : ".";
  const nameWidth = Math.max("actual".length, ...classes.map((name) => Math.min(MAX_NAME, [...name].length)));
  const longest = Math.max(...confusion.flat().map((count) => String(count).length), 1);
  const wanted = Math.max(longest, ...classes.map((name) => Math.min(5, [...name].length)));
  const room = Math.floor((columns - nameWidth - 12) / Math.max(1, classes.length)) - 1;
  if (room < longest) return mostConfused(confusion, classes, terminal);
  const cellWidth = Math.min(wanted, room);

  const heads = classes.map((name) => padLeft(cut(name, cellWidth, ellipsis), cellWidth));
  const lines = [
    colours.dim(`${padRight("", nameWidth + 2)}predicted`),
    `${colours.dim(padRight("actual", nameWidth))}  ${colours.bold(heads.join(" "))}  ${colours.dim("right")}`,
  ];
  confusion.forEach((row, actual) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    const cells = row.map((count, predicted) =>
      cell(count, total, actual === predicted, cellWidth, terminal),
    );
    const name = padRight(cut(classes[actual] ?? String(actual), MAX_NAME, ellipsis), nameWidth);
    const recall = total === 0 ? "" : formatPercent((row[actual] ?? 0) / total);
    lines.push(`${colours.bold(name)}  ${cells.join(" ")}  ${padLeft(recall, 7)}`);
  });
  return lines.map((line) => `${line}\n`).join("");
}

/** A count, coloured by how much of its row it is: green on the diagonal, yellow to red beside it. */
function cell(count: number, total: number, isRight: boolean, width: number, terminal: Terminal): string {
  const { colours, hasUnicode } = terminal;
  if (count === 0) return colours.dim(padLeft(hasUnicode ? "·" : ".", width));
  const text = padLeft(String(count), width);
  if (isRight) return colours.green(text);
  return count / total >= 0.02 ? colours.red(text) : colours.yellow(text);
}

/** The pairs of classes most often taken for one another, one a line. */
function mostConfused(
  confusion: readonly (readonly number[])[],
  classes: readonly string[],
  { colours }: Terminal,
): string {
  const pairs = confusion
    .flatMap((row, actual) =>
      row.map((count, predicted) => ({
        actual,
        predicted,
        count,
        total: row.reduce((sum, n) => sum + n, 0),
      })),
    )
    .filter(({ actual, predicted, count }) => actual !== predicted && count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, MOST_CONFUSED);
  if (pairs.length === 0) return "no class was taken for another\n";
  const name = (index: number): string => colours.bold(classes[index] ?? String(index));
  return pairs
    .map(
      ({ actual, predicted, count, total }) =>
        `${name(actual)} read as ${name(predicted)}: ${formatCount(count)} of ${formatCount(total)}\n`,
    )
    .join("");
}
