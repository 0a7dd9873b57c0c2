// How sure a model is of its answers, and how far that may be believed. Knows nothing of nets.
import { checkImageSet, countOf, type ImageSet } from "../data/image-set.ts";
import { predict } from "../train/evaluate.ts";
import type { Model } from "../train/model.ts";
import { checkWhole } from "./images.ts";

/** How a model reads a set. */
export interface Reading {
  readonly accuracy: number;
  /** Mean −log p of the right class. */
  readonly loss: number;
  /** Mean probability of the answer. */
  readonly confidence: number;
}

/** Answers whose probability lies in one part of [0, 1]. */
export interface ConfidenceBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Mean probability and share of right answers in the bin; NaN where it is empty. */
  readonly confidence: number;
  readonly accuracy: number;
}

/** How far confidence is from accuracy. */
export interface Confidence extends Reading {
  readonly bins: readonly ConfidenceBin[];
  /** Expected calibration error: Σ count/n · |accuracy − confidence| over the bins. */
  readonly calibrationError: number;
}

interface Answer {
  readonly probability: number;
  readonly isRight: boolean;
  readonly loss: number;
}

async function answersOf(model: Model, set: ImageSet): Promise<Answer[]> {
  const rows = await predict(model, set.images);
  return rows.map((row, i) => {
    const label = set.labels[i]!;
    const probability = Math.max(...row);
    return { probability, isRight: row.indexOf(probability) === label, loss: -Math.log(row[label]!) };
  });
}

const meanOf = (answers: readonly Answer[], f: (answer: Answer) => number): number =>
  answers.reduce((sum, answer) => sum + f(answer), 0) / answers.length;

const readingOf = (answers: readonly Answer[]): Reading => ({
  accuracy: meanOf(answers, ({ isRight }) => (isRight ? 1 : 0)),
  loss: meanOf(answers, ({ loss }) => loss),
  confidence: meanOf(answers, ({ probability }) => probability),
});

/** Accuracy, loss and mean confidence of the model over a set. */
export const readSet = async (model: Model, set: ImageSet): Promise<Reading> =>
  readingOf(await answersOf(model, set));

/**
 * The reliability of a model: its answers sorted by their probability into equal bins, with the accuracy of each (Guo,
 * Pleiss, Sun, Weinberger, "On Calibration of Modern Neural Networks", 2017). 15 bins unless given. Throws `DataError` for
 * a faulty set, `ConfigError` for a count of bins below 1.
 */
export async function confidence(
  model: Model,
  set: ImageSet,
  { bins = 15 }: { readonly bins?: number } = {},
): Promise<Confidence> {
  checkWhole("confidence", "bins", bins, 1);
  const answers = await answersOf(model, checkImageSet(set, "confidence"));
  const sorted = Array.from({ length: bins }, (): Answer[] => []);
  for (const answer of answers)
    sorted[Math.min(bins - 1, Math.floor(answer.probability * bins))]!.push(answer);
  const described = sorted.map((own, i) => {
    const { accuracy, confidence } = readingOf(own);
    return { from: i / bins, to: (i + 1) / bins, count: own.length, confidence, accuracy };
  });
  const gaps = described.filter(({ count }) => count > 0);
  const gap = gaps.reduce((sum, bin) => sum + bin.count * Math.abs(bin.accuracy - bin.confidence), 0);
  return { ...readingOf(answers), bins: described, calibrationError: gap / countOf(set) };
}
