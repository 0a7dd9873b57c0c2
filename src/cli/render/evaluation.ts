// A score as people read it: one line, the confusion matrix, and the worst mistakes drawn with what they were read as.
// Takes the plain evaluation of train/events.ts; knows nothing of networks.
import { countOf, type ImageSet } from "../../data/image-set.ts";
import type { Evaluation, Mistake } from "../../train/events.ts";
import type { Terminal } from "../terminal.ts";
import { confusionMatrix } from "./confusion.ts";
import { formatCount, formatLoss, formatPercent } from "./numbers.ts";
import { drawGallery, type Picture } from "./picture.ts";

/** "test: accuracy 98.83 %, loss 0.0371, 117 of 10 000 wrong". */
export function scoreLine(
  name: string,
  { accuracy, loss, count }: Evaluation,
  { colours }: Terminal,
): string {
  const wrong = Math.round((1 - accuracy) * count);
  return (
    `${colours.bold(name)}: accuracy ${colours.green(formatPercent(accuracy, 2))}, loss ${formatLoss(loss)}, ` +
    `${formatCount(wrong)} of ${formatCount(count)} wrong`
  );
}

/** The bytes of one image of a set; not a copy. */
export function pictureOf(set: ImageSet, index: number): Picture {
  const size = set.shape[0] * set.shape[1] * set.shape[2];
  return { pixels: set.images.subarray(index * size, (index + 1) * size), shape: set.shape };
}

/** "4 read as 9, 97 %", from a mistake and the names of the classes. */
export function mistakeCaption(
  { label, predicted, probability }: Mistake,
  classes: readonly string[],
): string {
  const name = (index: number): string => classes[index] ?? String(index);
  return `${name(label)} read as ${name(predicted)}, ${formatPercent(probability, 0)}`;
}

/** The mistakes drawn side by side with their captions; those outside the set are passed over. */
export function drawMistakes(mistakes: readonly Mistake[], set: ImageSet, terminal: Terminal): string {
  const items = mistakes
    .filter(({ index }) => index >= 0 && index < countOf(set))
    .map((mistake) => ({
      picture: pictureOf(set, mistake.index),
      caption: [mistakeCaption(mistake, set.classes), terminal.colours.dim(`image ${mistake.index}`)],
    }));
  return drawGallery(items, terminal);
}

/** Score, confusion matrix and up to `drawn` of the worst mistakes, as text. */
export function evaluationText(
  name: string,
  evaluation: Evaluation,
  set: ImageSet,
  terminal: Terminal,
  drawn = 6,
): string {
  const parts = [
    `${scoreLine(name, evaluation, terminal)}\n`,
    confusionMatrix(evaluation.confusion, set.classes, terminal),
  ];
  const worst = evaluation.worst.slice(0, drawn);
  if (worst.length > 0) parts.push(`worst mistakes\n\n${drawMistakes(worst, set, terminal).trimEnd()}\n`);
  return parts.join("\n");
}
