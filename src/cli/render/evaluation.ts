// A score as people read it: one line, the confusion matrix, and the worst mistakes drawn with what they were read as.
// Takes the plain evaluation of train/events.ts; knows nothing of networks.
import { countOf, type ImageSource, imageBytes, readImages } from "../../data/image-set.ts";
import type { Evaluation, Mistake } from "../../train/events.ts";
import type { Terminal } from "../terminal.ts";
import { confusionMatrix } from "./confusion.ts";
import { alignColumns } from "./lines.ts";
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

/** What can be drawn of a set: some of its images, by their index in it, and the names of its classes. */
export interface Shown {
  readonly classes: readonly string[];
  readonly pictures: ReadonlyMap<number, Picture>;
}

/** The images at `indices`, read where the set is a stream; indices outside the set are passed over. */
export async function showImages(set: ImageSource, indices: readonly number[]): Promise<Shown> {
  const { classes, shape } = set;
  const wanted = Int32Array.from(indices.filter((index) => index >= 0 && index < countOf(set)));
  const bytes = await readImages(set, wanted);
  const size = imageBytes(set);
  const pictureAt = (place: number): Picture => ({
    pixels: bytes.subarray(place * size, (place + 1) * size),
    shape,
  });
  return { classes, pictures: new Map(Array.from(wanted, (index, place) => [index, pictureAt(place)])) };
}

/** The images of up to `most` of the worst mistakes. */
export const showWorst = (set: ImageSource, { worst }: Evaluation, most = 6): Promise<Shown> =>
  showImages(
    set,
    worst.slice(0, most).map(({ index }) => index),
  );

/** "4 read as 9, 97 %", from a mistake and the names of the classes. */
export function mistakeCaption(
  { label, predicted, probability }: Mistake,
  classes: readonly string[],
): string {
  const name = (index: number): string => classes[index] ?? String(index);
  return `${name(label)} read as ${name(predicted)}, ${formatPercent(probability, 0)}`;
}

/** The mistakes drawn side by side with their captions; those whose picture is not there are passed over. */
export function drawMistakes(
  mistakes: readonly Mistake[],
  { classes, pictures }: Shown,
  terminal: Terminal,
): string {
  const items = mistakes.flatMap((mistake) => {
    const picture = pictures.get(mistake.index);
    if (picture === undefined) return [];
    const caption = [mistakeCaption(mistake, classes), terminal.colours.dim(`image ${mistake.index}`)];
    return [{ picture, caption }];
  });
  return drawGallery(items, terminal);
}

/** Score, confusion matrix and the worst mistakes as far as they are shown, as text. */
export function evaluationText(
  name: string,
  evaluation: Evaluation,
  shown: Shown,
  terminal: Terminal,
): string {
  const parts = [
    `${scoreLine(name, evaluation, terminal)}\n`,
    confusionMatrix(evaluation.confusion, shown.classes, terminal),
  ];
  const drawn = drawMistakes(evaluation.worst, shown, terminal).trimEnd();
  if (drawn !== "") parts.push(`worst mistakes\n\n${drawn}\n`);
  return parts.join("\n");
}

/** What there is to say of a score beside its confusions: top-k accuracy, calibration, and each class by itself. */
export function metricsText(
  { topK, calibrationError, classes: scores }: Evaluation,
  classes: readonly string[],
  { colours }: Terminal,
): string {
  const macro = scores.reduce((sum, { f1 }) => sum + f1, 0) / scores.length;
  const line = [
    topK.length > 1 ? `top-${topK.length} ${formatPercent(topK.at(-1)!, 2)}` : "",
    `macro F1 ${formatPercent(macro, 2)}`,
    `calibration error ${formatPercent(calibrationError, 2)}`,
  ];
  const rows = scores.map(({ precision, recall, f1, count }, i) => [
    ...[classes[i] ?? String(i), formatCount(count)],
    ...[precision, recall, f1].map((share) => formatPercent(share)),
  ]);
  const head = ["class", "images", "precision", "recall", "F1"];
  const [title, ...lines] = alignColumns([head, ...rows], new Set([1, 2, 3, 4]));
  return `${line.filter(Boolean).join(", ")}\n\n${colours.bold(title!)}\n${lines.join("\n")}\n`;
}
