// What is chosen in the training room, as plain data: what is learned from, the net layer by layer, how it is trained.
// The page and its worker share it; it knows nothing of the engine.

/** One layer of a net: its type and its numbers, as `LAYERS` lists them. */
export interface LayerSpec {
  readonly type: LayerType;
  readonly [field: string]: number | string;
}

/** A number of a layer: what it is at first, and its bounds. */
export interface LayerField {
  readonly usual: number;
  readonly min: number;
  readonly max: number;
  readonly isWhole: boolean;
}

const whole = (usual: number, min: number, max: number): LayerField => ({ usual, min, max, isWhole: true });

/** The layers one can compose a net of, each with its numbers in the order in which its maker in `nabla/nn` takes them. */
export const LAYERS = {
  conv2d: { filters: whole(16, 1, 256), kernel: whole(3, 1, 11), stride: whole(1, 1, 4) },
  depthwiseConv2d: { kernel: whole(3, 1, 11), stride: whole(1, 1, 4) },
  maxPool2d: { size: whole(2, 1, 8) },
  avgPool2d: { size: whole(2, 1, 8) },
  globalAvgPool2d: {},
  batchNorm2d: {},
  flatten: {},
  linear: { units: whole(64, 1, 2048) },
  dropout: { share: { usual: 0.25, min: 0, max: 0.95, isWhole: false } },
  relu: {},
  leakyRelu: {},
  gelu: {},
  silu: {},
  tanh: {},
  sigmoid: {},
} as const satisfies Readonly<Record<string, Readonly<Record<string, LayerField>>>>;
export type LayerType = keyof typeof LAYERS;
export const LAYER_TYPES = Object.keys(LAYERS) as readonly LayerType[];
/** A net has no more layers than this. */
export const MOST_LAYERS = 40;

export const fieldsOf = (type: LayerType): Readonly<Record<string, LayerField>> => LAYERS[type];

/** A layer with the numbers it has at first. */
export const usualLayer = (type: LayerType): LayerSpec => ({
  type,
  ...Object.fromEntries(Object.entries(fieldsOf(type)).map(([name, { usual }]) => [name, usual])),
});

const conv = (filters: number, kernel: number): LayerSpec => ({ type: "conv2d", filters, kernel, stride: 1 });
const relu: LayerSpec = { type: "relu" };
const pool: LayerSpec = { type: "maxPool2d", size: 2 };
const flatten: LayerSpec = { type: "flatten" };

/** Nets to begin with. The layer that gives one number a class is always added at the end. */
export const PRESETS = {
  convolutional: [conv(8, 5), relu, pool, conv(16, 5), relu, pool, flatten],
  dense: [flatten, { type: "linear", units: 128 }, relu],
  linear: [flatten],
} as const satisfies Readonly<Record<string, readonly LayerSpec[]>>;
export type PresetName = keyof typeof PRESETS;
export const PRESET_NAMES = Object.keys(PRESETS) as readonly PresetName[];

export const OPTIMIZERS = ["adamW", "adam", "sgd", "rmsprop", "nadam", "radam", "lion", "muon"] as const;
export type OptimizerName = (typeof OPTIMIZERS)[number];
export const SCHEDULES = ["constant", "cosine", "step", "exponential", "oneCycle"] as const;
export type ScheduleName = (typeof SCHEDULES)[number];
export const AUGMENTATIONS = ["affine", "elastic", "crop", "flip", "erasing", "cutout", "mixup"] as const;
export type AugmentationName = (typeof AUGMENTATIONS)[number];
/** What can be learned from: drawn here, served by the command line, or files given to the page. */
export const SOURCES = ["digits", "mnist", "fashion-mnist", "cifar10", "given", "files"] as const;
export type SourceName = (typeof SOURCES)[number];
/** Whether a source is one that the command line serves. */
export const isServedSource = (source: SourceName): boolean => source !== "digits" && source !== "files";
/** Shapes of their images; of the reader's own until it is known. */
export const SHAPES: Readonly<Record<SourceName, readonly number[]>> = {
  ...{ digits: [1, 28, 28], mnist: [1, 28, 28], "fashion-mnist": [1, 28, 28] },
  ...{ cifar10: [3, 32, 32], given: [3, 32, 32], files: [1, 28, 28] },
};

export interface RoomSettings {
  readonly source: SourceName;
  /** Training images at the most; a fifth as many are held out for validation. */
  readonly images: number;
  readonly layers: readonly LayerSpec[];
  readonly optimizer: OptimizerName;
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly schedule: ScheduleName;
  readonly batchSize: number;
  readonly epochs: number;
  readonly seed: number;
  readonly augment: readonly AugmentationName[];
  readonly labelSmoothing: number;
  /** Gradients are shortened to this norm; 0 leaves them. */
  readonly clipNorm: number;
}

export const USUAL: RoomSettings = {
  source: "digits",
  images: 2000,
  layers: PRESETS.convolutional,
  optimizer: "adamW",
  learningRate: 0.003,
  momentum: 0.9,
  weightDecay: 0.01,
  schedule: "cosine",
  batchSize: 64,
  epochs: 5,
  seed: 1,
  augment: [],
  labelSmoothing: 0,
  clipNorm: 0,
};

/** What a branch may have otherwise: all but the data and the net, which its state is of. */
export const CHANGEABLE = [
  ...(["optimizer", "learningRate", "momentum", "weightDecay", "schedule", "batchSize"] as const),
  ...(["seed", "augment", "labelSmoothing", "clipNorm", "epochs"] as const),
] as const;
export type Change = Partial<Pick<RoomSettings, (typeof CHANGEABLE)[number]>>;

/** The learning rate to go on with from before a divergence. */
export const rateAfterDivergence = (rate: number): number => Number((rate / 10).toPrecision(3));
