// The questions of the quiz as plain data: chapter, answers offered, and which is right. The engine checks each key; the
// words are in text.ts. Loads no engine: the page needs it too.
export const CHAPTERS = ["descent", "backpropagation", "dense", "convolution"] as const;

export interface Question {
  readonly chapter: (typeof CHAPTERS)[number];
  /** Numbers offered; questions with answers in words have those in text.ts. */
  readonly options?: readonly number[];
  /** Index of the right answer. */
  readonly answer: number;
}

export const QUESTIONS = {
  step: { chapter: "descent", options: [0, -4, 3, 8], answer: 1 },
  "two-steps": { chapter: "descent", options: [3.2, 2.56, 2.4, 3.6], answer: 1 },
  "at-once": { chapter: "descent", options: [0.1, 0.5, 1, 2], answer: 1 },
  growing: { chapter: "descent", options: [0.3, 0.7, 0.9, 1.1], answer: 3 },
  momentum: { chapter: "descent", options: [1, 1.9, 9, 10], answer: 3 },
  saddle: { chapter: "descent", answer: 1 },
  "short-step": { chapter: "descent", options: [0.01, 10, 1000], answer: 0 },
  patience: { chapter: "descent", options: [0, 2, 4], answer: 1 },
  error: { chapter: "descent", options: [-18, 9, 81, -9], answer: 0 },
  saturated: { chapter: "backpropagation", answer: 1 },
  gate: { chapter: "backpropagation", options: [1, -9, 0], answer: 2 },
  "two-paths": { chapter: "backpropagation", options: [0, -10, 5, -2], answer: 1 },
  paths: { chapter: "backpropagation", options: [6, 8, 16, 12], answer: 2 },
  dense: { chapter: "dense", options: [784_000, 785_000, 784_784], answer: 1 },
  output: { chapter: "dense", options: [10_000, 10_010, 11_000], answer: 1 },
  chance: { chapter: "dense", options: [0.1, 1, Math.LN10, 10], answer: 2 },
  shifted: { chapter: "dense", answer: 0 },
  "by-hand": { chapter: "convolution", options: [10, 5, 4, 1], answer: 1 },
  size: { chapter: "convolution", options: [28, 26, 24, 23], answer: 2 },
  constant: { chapter: "convolution", options: [0, 8, 1, 4], answer: 0 },
  blur: { chapter: "convolution", options: [63, 7, 1, 0], answer: 1 },
  maximum: { chapter: "convolution", answer: 1 },
  place: { chapter: "convolution", answer: 0 },
  channels: { chapter: "convolution", options: [448, 432, 144, 160], answer: 0 },
  bias: { chapter: "convolution", options: [1, 3, 9, 10], answer: 2 },
  pooling: { chapter: "convolution", options: [0, 0.25, 1, 4], answer: 2 },
} as const satisfies Readonly<Record<string, Question>>;

export type QuestionId = keyof typeof QUESTIONS;
export const IDS = Object.keys(QUESTIONS) as QuestionId[];
export const questionOf = (id: QuestionId): Question => QUESTIONS[id];

/** What the engine found: the index of the right answer, and the numbers that show it. */
export interface Evidence {
  readonly answer: number;
  readonly numbers: readonly number[];
}
