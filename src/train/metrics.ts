// Figures on how well classes are told apart, from confusions and probabilities. Plain numbers; knows nothing of models.

/** How well one class is told from the others. */
export interface ClassScore {
  /** Of the images taken for this class, the share that are; 0 where none was taken for it. */
  readonly precision: number;
  /** Of the images of this class, the share that were taken for it; 0 where there is none. */
  readonly recall: number;
  /** 2PR/(P + R), 0 where both are 0. */
  readonly f1: number;
  /** Images of this class. */
  readonly count: number;
}

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

/** Precision, recall and F1 of each class from confusion[actual][predicted]. */
export function classScores(confusion: readonly (readonly number[])[]): ClassScore[] {
  return confusion.map((row, label) => {
    const hits = row[label]!;
    const count = row.reduce((sum, n) => sum + n, 0);
    const taken = confusion.reduce((sum, other) => sum + other[label]!, 0);
    return {
      precision: share(hits, taken),
      recall: share(hits, count),
      f1: share(2 * hits, taken + count),
      count,
    };
  });
}

/** The place of a label by its probability: 0 where none is likelier; a tie counts by the lower index, as in argmax. */
export function rankOf(row: ArrayLike<number>, label: number): number {
  const own = row[label]!;
  let rank = 0;
  for (let i = 0; i < row.length; i++) {
    if (row[i]! > own || (row[i] === own && i < label) || Number.isNaN(row[i])) rank++;
  }
  return rank;
}

const BINS = 15;

/** Collects (confidence, right or wrong) pairs for the expected calibration error. */
export class Calibration {
  readonly #bins = Array.from({ length: BINS }, () => ({ count: 0, confidence: 0, hits: 0 }));

  /** Counts one prediction made with probability `confidence`. */
  add(confidence: number, isRight: boolean): void {
    // Bins are (k/15, (k + 1)/15]; a confidence of 0 or NaN falls into the first.
    const bin = this.#bins[Math.min(BINS - 1, Math.max(0, Math.ceil(confidence * BINS) - 1 || 0))]!;
    bin.count++;
    bin.confidence += confidence;
    if (isRight) bin.hits++;
  }

  /** Σ |accuracy − mean confidence| · share of the images, over 15 equal bins (Guo et al. 2017); 0 without any. */
  get error(): number {
    const total = this.#bins.reduce((sum, { count }) => sum + count, 0);
    const gap = this.#bins.reduce((sum, { confidence, hits }) => sum + Math.abs(hits - confidence), 0);
    return share(gap, total);
  }
}
