// The runs of the lab and their bounds; both the page and the worker use them.
export const AUGMENTS = ["none", "shift", "affine", "elastic", "both"] as const;
export type Augment = (typeof AUGMENTS)[number];

/** What fit() is asked for: names of augmentations, or whole pixels. */
export const REQUESTS: Readonly<Record<Augment, readonly string[] | number>> = {
  none: [],
  shift: 2,
  affine: ["affine"],
  elastic: ["elastic"],
  both: ["affine", "elastic"],
};

export interface RunSettings {
  readonly images: number;
  /** Neurons of the hidden layer; 0 for none. */
  readonly hidden: number;
  readonly augment: Augment;
  readonly seed: number;
}

export const IMAGES = { least: 20, most: 2000 };
export const HIDDEN = { least: 0, most: 1000 };
export const VALIDATION = 500;
export const MOST_EPOCHS = 60;
export const BATCH = 25;
export const RATE = 0.001;

/** The preview: digits side by side, themselves above and deformed copies below. */
export const PREVIEW = { columns: 8, copies: 3 };
export const SIDE = 28;

export const PRESETS = {
  few: { images: 200, hidden: 500, augment: "none" },
  more: { images: 1000, hidden: 500, augment: "none" },
  small: { images: 200, hidden: 10, augment: "none" },
  deformed: { images: 200, hidden: 500, augment: "affine" },
} as const satisfies Readonly<Record<string, Omit<RunSettings, "seed">>>;
export type Preset = keyof typeof PRESETS;
