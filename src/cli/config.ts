// What a training run is asked to do: the schema of `nabla train`'s options and of its --config file, and how the
// two become one resolved configuration. Knows nothing of the engine; names of models and data sets are checked there.
import { readFileSync } from "node:fs";
import { extname } from "node:path";
import { parse as parseYaml } from "yaml";
import { z } from "zod";
import { ConfigError } from "../base/errors.ts";
import { nearestName } from "../base/nearest-name.ts";
import { type AugmentationEntry, readEntry } from "../data/augment/catalog.ts";
import { RECIPE } from "../train/recipe.ts";

const whole = (least: number) => {
  const error = `must be a whole number of at least ${least}`;
  return z.number(error).int(error).min(least, error);
};
const positive = z.number("must be a number above 0").positive("must be a number above 0");
const atLeastZero = z.number("must be a number of at least 0").min(0, "must be a number of at least 0");
const text = z.string("must be a text").min(1, "must not be empty");
const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, `must be one of ${values.join(", ")}`);
const yesNo = z.boolean("must be true or false");
const accuracy = "must be an accuracy above 0 and up to 1";
const share = "must be at least 0 and below 1";

const rhythm = "must be a whole number of steps of at least 1, or minutes as in 10m";

const dimensions = "must be pixels as in 64, height and width as in 48x64, or channels too as in 1x28x28";

const changes =
  "must be true, false, a number of pixels, names as in affine,elastic, or a list of names and of objects with a name";
/** On the command line everything is text: "3" is pixels, "affine,elastic" a list. */
const spelledOut = (value: unknown): unknown => {
  if (typeof value !== "string") return value;
  return /^\s*\d+\s*$/.test(value) ? Number(value) : value.split(",").map((name) => name.trim());
};
const entry: z.ZodType<AugmentationEntry> = z.union([text, z.looseObject({ name: text })]);
const augment = z.preprocess(
  spelledOut,
  z.union([yesNo, whole(0), z.array(entry)], changes).superRefine((value, context) => {
    if (typeof value !== "object") return;
    try {
      for (const one of value) readEntry(one);
    } catch (error) {
      context.addIssue((error as Error).message);
    }
  }),
);

/** Names of nets, as --model takes them: the zoo's, written here too so that no help waits for the engine. */
export const MODELS: readonly string[] = [
  ...["cnn", "simpleCnn", "lenet5", "mlp", "linear", "deepMlp"],
  ...["resnet20", "resnet32", "resnet56", "wideResnet", "mobilenet", "convMixer"],
];

/** Names of optimisers, as --optimizer takes them. */
export const OPTIMIZERS = [
  ...(["sgd", "adam", "adamw", "adamax", "nadam", "radam"] as const),
  ...(["rmsprop", "adagrad", "adadelta", "lion", "muon"] as const),
] as const;

/** Names of schedules, as --schedule takes them. */
export const SCHEDULES = [
  ...(["cosine", "constant", "step", "exponential", "oneCycle", "cosineRestarts", "polynomial"] as const),
] as const;

const SHAPE = {
  data: text,
  dataDir: text,
  model: text,
  epochs: whole(1),
  batchSize: whole(1),
  optimizer: oneOf(OPTIMIZERS),
  lr: positive,
  schedule: oneOf(SCHEDULES),
  ema: z.number(share).min(0, share).lt(1, share),
  clipNorm: positive,
  clipValue: positive,
  accumulate: whole(1),
  plateauPatience: whole(0),
  checkpointEvery: z.union([whole(1), z.string().regex(/^\d+(\.\d+)?m$/, rhythm)], rhythm),
  keepCheckpoints: whole(1),
  momentum: z.number(share).min(0, share).lt(1, share),
  weightDecay: atLeastZero,
  seed: whole(0).max(2 ** 32 - 1, "must be below 2^32"),
  validation: z.number(share).min(0, share).lt(1, share),
  limit: whole(1),
  validationData: text,
  testData: text,
  size: z.union([whole(1), z.string().regex(/^(([13]x)?[1-9]\d*x)?[1-9]\d*$/, dimensions)], dimensions),
  stream: yesNo,
  cache: yesNo,
  balanced: yesNo,
  shuffleBuffer: whole(1),
  augment,
  labelSmoothing: z.number(share).min(0, share).lt(1, share),
  patience: whole(1),
  target: z.number(accuracy).gt(0, accuracy).max(1, accuracy),
  maxSeconds: positive,
  stepNorm: positive,
  gradientNorm: positive,
  norms: yesNo,
  threads: whole(1).max(64, "must be a whole number from 1 to 64"),
  device: oneOf(["cpu", "native", "wasm", "reference"]),
  out: text,
};
const full = z.strictObject(SHAPE);
const schema = full.partial();

const numberRule = (key: string): z.ZodNumber | undefined => {
  const rule = SHAPE[key as keyof typeof SHAPE];
  return rule instanceof z.ZodNumber ? rule : undefined;
};

/** Whether a key takes a number. */
export const isNumberKey = (key: string): boolean => numberRule(key) !== undefined;

/** Whether a key takes whole numbers only. */
export const isWholeKey = (key: string): boolean => numberRule(key)?.isInt === true;

/** Every key a configuration may have. */
export const CONFIG_KEYS: readonly string[] = Object.keys(SHAPE);

type Values = z.infer<typeof full>;
type Optional =
  | "ema"
  | "clipNorm"
  | "clipValue"
  | "accumulate"
  | "plateauPatience"
  | "checkpointEvery"
  | "keepCheckpoints"
  | "dataDir"
  | "limit"
  | "validationData"
  | "testData"
  | "size"
  | "stream"
  | "cache"
  | "balanced"
  | "shuffleBuffer"
  | "threads"
  | "out"
  | "patience"
  | "target"
  | "maxSeconds"
  | "stepNorm"
  | "gradientNorm"
  | "norms";

/** The keys given in one place, on the command line or in a file; the rest is left open. */
export type PartialTrainConfig = { readonly [K in keyof Values]?: Values[K] };

/** A whole configuration, as it is saved with the run. */
export type TrainConfig = Readonly<Omit<Values, Optional>> & Pick<PartialTrainConfig, Optional>;

/** Learning rate of sgd where none is said: with momentum 0.9 it wants far longer steps than Adam. */
export const SGD_RATE = 0.05;

/** Learning rates of optimisers whose steps are of another size than Adam's, where none is said. */
const RATES: Readonly<Partial<Record<Values["optimizer"], number>>> = {
  ...{ sgd: SGD_RATE, rmsprop: 1e-3, adagrad: 0.02, adadelta: 1, lion: 3e-4, muon: 0.02 },
};
/** Weight decay where none is said. */
const DECAYS: Readonly<Partial<Record<Values["optimizer"], number>>> = { adamw: 0.01, muon: 0.1 };

/** The first of these that says something counts, key by key; what none says is the default recipe's. */
export function resolveConfig(...given: readonly PartialTrainConfig[]): TrainConfig {
  const stated: PartialTrainConfig = Object.assign({}, ...given.toReversed());
  const optimizer = stated.optimizer ?? "adamw";
  return {
    data: "digits",
    model: "cnn",
    epochs: RECIPE.epochs,
    batchSize: RECIPE.batchSize,
    optimizer,
    lr: RATES[optimizer] ?? RECIPE.learningRate,
    schedule: "cosine",
    momentum: 0.9,
    weightDecay: DECAYS[optimizer] ?? 0,
    seed: 1,
    validation: 0.1,
    augment: false,
    labelSmoothing: 0,
    device: "cpu",
    ...stated,
  };
}

/** How the place a configuration comes from calls itself and its keys in an error. */
interface Source {
  readonly name: string;
  readonly nameOf: (key: string) => string;
}

/** Options of the command line, checked; throws `ConfigError` naming the option as it was typed. */
export function checkFlags(flags: Readonly<Record<string, unknown>>): PartialTrainConfig {
  const known = Object.fromEntries(
    Object.entries(flags).filter(([key, value]) => CONFIG_KEYS.includes(key) && value !== undefined),
  );
  const dashed = (key: string): string =>
    `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return check(known, { name: "the command line", nameOf: dashed });
}

/** A configuration read from a file's values; throws `ConfigError` naming the key, and the one probably meant. */
export const checkConfig = (values: unknown, file: string): PartialTrainConfig =>
  check(values, { name: file, nameOf: (key) => `"${key}"` });

/** Reads a YAML or JSON file of configuration; throws `ConfigError` where it is missing or says something unknown. */
export const readConfigFile = (file: string): PartialTrainConfig => checkConfig(readSettings(file), file);

/** What a YAML or JSON file says; throws `ConfigError` where it is missing or neither. */
export function readSettings(file: string): unknown {
  let content: string;
  try {
    content = readFileSync(file, "utf8");
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code === "ENOENT" ? "does not exist" : "cannot be read";
    throw new ConfigError(`config: ${file} ${why}. Give the path of a YAML or JSON file.`, { file });
  }
  return parseContent(content, file);
}

function parseContent(content: string, file: string): unknown {
  try {
    return extname(file) === ".json" ? JSON.parse(content) : (parseYaml(content) ?? {});
  } catch (cause) {
    const reason = (cause as Error).message.split("\n")[0]?.replace(/:$/, "");
    const format = extname(file) === ".json" ? "JSON" : "YAML";
    throw new ConfigError(`config: ${file} is not valid ${format}: ${reason}. Correct the file.`, { file });
  }
}

function check(values: unknown, { name, nameOf }: Source): PartialTrainConfig {
  const result = schema.safeParse(values);
  if (result.success) return result.data as PartialTrainConfig;
  const issue = result.error.issues[0] as z.core.$ZodIssue;
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0] as string;
    const meant = nearestName(key, CONFIG_KEYS);
    const cure = meant ? `Did you mean ${nameOf(meant)}?` : `The keys are ${CONFIG_KEYS.join(", ")}.`;
    throw new ConfigError(`config: unknown key ${nameOf(key)} in ${name}. ${cure}`, { key, meant });
  }
  const key = String(issue.path[0] ?? "");
  if (key === "") {
    throw new ConfigError(`config: ${name} must hold keys and values, like "epochs: 10". Correct the file.`);
  }
  if (issue.code === "custom") {
    throw new ConfigError(`config: ${nameOf(key)} in ${name}: ${issue.message}`, { key });
  }
  const value = (values as Record<string, unknown>)[key];
  throw new ConfigError(
    `config: ${nameOf(key)} ${issue.message}, in ${name} it is ${JSON.stringify(value)}.`,
    {
      key,
      value,
    },
  );
}
