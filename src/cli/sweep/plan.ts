// A sweep's file: a training configuration whose fields may hold lists or ranges, and how to search them. Reads and
// checks it, and makes the list of trials. Knows nothing of how trials are run.
import { z } from "zod";
import { ConfigError } from "../../base/errors.ts";
import { nearestName } from "../../base/nearest-name.ts";
import { RECIPE } from "../../train/recipe.ts";
import {
  CONFIG_KEYS,
  checkConfig,
  isNumberKey,
  isWholeKey,
  type PartialTrainConfig,
  readSettings,
  resolveConfig,
} from "../config.ts";
import { type Rung, rungsOf } from "./halving.ts";
import { type Dimension, gridPoints, type Point, type Range, randomPoints, type Value } from "./space.ts";

const whole = (least: number) => {
  const error = `must be a whole number of at least ${least}`;
  return z.number(error).int(error).min(least, error);
};

const OWN = {
  strategy: z.enum(["grid", "random", "halving"], "must be one of grid, random, halving").default("grid"),
  trials: whole(1).optional(),
  jobs: whole(1).optional(),
  metric: z.enum(["accuracy", "loss"], "must be one of accuracy, loss").default("accuracy"),
  eta: whole(2).default(3),
  minEpochs: whole(1).default(1),
  searchSeed: whole(0).default(1),
};
const ownSchema = z.object(OWN);
const OWN_KEYS = Object.keys(OWN);

const rangeSchema = z.strictObject({
  min: z.number(),
  max: z.number(),
  scale: z.enum(["linear", "log"]).default("linear"),
  count: z.number().int().min(2).optional(),
});

/** Trials drawn where nothing else is said. */
const USUAL_TRIALS = 10;

/** One trial: its number from 1, what is swept, and its whole configuration. */
export interface Trial {
  readonly id: number;
  readonly point: Point;
  readonly config: PartialTrainConfig;
}

/** A sweep, ready to be run. */
export interface SweepPlan {
  readonly strategy: "grid" | "random" | "halving";
  readonly metric: "accuracy" | "loss";
  readonly jobs?: number | undefined;
  /** The swept fields in the order of the file. */
  readonly keys: readonly string[];
  readonly trials: readonly Trial[];
  /** Rounds of successive halving; one, to the end, for the other strategies. */
  readonly rungs: readonly Rung[];
}

const isTable = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function rangeOf(key: string, value: object, file: string): Range {
  const parsed = rangeSchema.safeParse(value);
  const { min, max, scale, count } = parsed.data ?? { min: Number.NaN, max: Number.NaN, scale: "log" };
  if (!(min < max) || (scale === "log" && min <= 0)) {
    throw new ConfigError(
      `sweep: "${key}" in ${file} is ${JSON.stringify(value)}. Give a range as { min: 0.001, max: 0.1, scale: log }, ` +
        "with min < max (above 0 for log) and count: 5 for a grid, or a list of values.",
      { key, value },
    );
  }
  checkConfig({ [key]: min }, file);
  checkConfig({ [key]: max }, file);
  return { key, min, max, scale, count, isWhole: isWholeKey(key) };
}

function dimensionOf(key: string, value: unknown, file: string): Dimension | undefined {
  if (isTable(value) && isNumberKey(key)) return rangeOf(key, value, file);
  if (!Array.isArray(value)) return undefined;
  if (value.length === 0) {
    throw new ConfigError(`sweep: the list of "${key}" in ${file} is empty. Give at least one value.`, {
      key,
    });
  }
  for (const one of value) checkConfig({ [key]: one }, file);
  return { key, values: [...new Map(value.map((one: Value) => [JSON.stringify(one), one])).values()] };
}

function checkKeys(settings: Record<string, unknown>, file: string): void {
  const known = [...OWN_KEYS, ...CONFIG_KEYS];
  const odd = Object.keys(settings).find((key) => !known.includes(key));
  if (odd === undefined) return;
  const meant = nearestName(odd, known);
  const cure = meant ? `Did you mean "${meant}"?` : `The keys are ${known.join(", ")}.`;
  throw new ConfigError(`sweep: unknown key "${odd}" in ${file}. ${cure}`, { key: odd, meant });
}

function ownOf(settings: Record<string, unknown>, file: string): z.infer<typeof ownSchema> {
  const result = ownSchema.safeParse(settings);
  if (result.success) return result.data;
  const issue = result.error.issues[0] as z.core.$ZodIssue;
  const key = String(issue.path[0]);
  const value = settings[key];
  throw new ConfigError(`sweep: "${key}" ${issue.message}, in ${file} it is ${JSON.stringify(value)}.`, {
    key,
    value,
  });
}

/** Throws where the swept and the fixed fields do not make a sweep. */
function checkFields(
  strategy: string,
  swept: readonly string[],
  trials: readonly Trial[],
  file: string,
): void {
  const fault = (what: string, cure: string): never => {
    throw new ConfigError(`sweep: ${what} in ${file}. ${cure}`, { file });
  };
  if (swept.length === 0) fault("no field has a list or a range", "Give one, as in lr: [0.01, 0.001].");
  for (const key of ["out", "threads", "device"].filter((key) => swept.includes(key))) {
    fault(`"${key}" is swept, on which no result depends`, "Give one value.");
  }
  if (strategy === "halving" && swept.includes("epochs")) {
    fault('"epochs" is swept', "Successive halving shares out epochs itself: give their number.");
  }
  if (trials.some(({ config }) => config.validation === 0)) {
    fault(
      "there are trials without validation",
      "Trials are compared by their validation: give a share above 0.",
    );
  }
}

/** A sweep as settings say it, from a file of this name; throws `ConfigError`. */
export function planSweep(settings: unknown, file: string): SweepPlan {
  if (!isTable(settings)) {
    throw new ConfigError(
      `sweep: ${file} must hold keys and values, as in lr: [0.01, 0.001]. Correct the file.`,
    );
  }
  checkKeys(settings, file);
  const { strategy, metric, jobs, eta, minEpochs, searchSeed, trials: wanted } = ownOf(settings, file);
  const fields = Object.entries(settings).filter(([key]) => !OWN_KEYS.includes(key));
  const dimensions = fields.flatMap(([key, value]) => dimensionOf(key, value, file) ?? []);
  const keys = dimensions.map(({ key }) => key);
  const fixed = checkConfig(Object.fromEntries(fields.filter(([key]) => !keys.includes(key))), file);
  if (strategy === "grid" && wanted !== undefined) {
    throw new ConfigError(
      `sweep: "trials" in ${file} has no meaning for a grid, which tries everything. Leave it out, or use strategy: random.`,
    );
  }
  const count = wanted ?? USUAL_TRIALS;
  const points = strategy === "grid" ? gridPoints(dimensions) : randomPoints(dimensions, count, searchSeed);
  const trials = points.map((point, i) => ({ id: i + 1, point, config: { ...fixed, ...point } }));
  checkFields(strategy, keys, trials, file);
  const epochs = fixed.epochs ?? RECIPE.epochs;
  const rungs =
    strategy === "halving"
      ? rungsOf({ trials: trials.length, epochs, minEpochs, eta })
      : [
          {
            trials: trials.length,
            epochs: Math.max(...trials.map(({ config }) => resolveConfig(config).epochs)),
          },
        ];
  return { strategy, metric, jobs, keys, trials, rungs };
}

/** Reads a sweep's YAML or JSON file; throws `ConfigError`. */
export const readSweepFile = (file: string): SweepPlan => planSweep(readSettings(file), file);
