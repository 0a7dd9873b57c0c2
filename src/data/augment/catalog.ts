// What augmentations there are, what options each takes and how strong each usually is: one table that the functions,
// the command line and configuration files check against. Knows nothing of tensors, so that it loads in no time.
import { ConfigError } from "../../base/errors.ts";
import { nearestName } from "../../base/nearest-name.ts";

/** ± a bound, or from the least to the most. */
export type Range = number | readonly [least: number, most: number];

/** What an option must be, in words, and the test of it. */
type Rule = readonly [words: string, holds: (value: unknown) => boolean];

const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
const isList = (value: unknown, lengths: readonly number[]): value is number[] =>
  Array.isArray(value) && lengths.includes(value.length) && value.every(isNumber);
/** Pairs of bounds, each from `floor` up and in order. */
const areOrdered = (value: readonly number[], floor = Number.NEGATIVE_INFINITY): boolean =>
  value.every((bound, i) => bound >= floor && (i % 2 === 0 || bound >= value[i - 1]!));
const isBelow = (value: unknown, ceiling: number): boolean =>
  [value as number | number[]].flat().every((x) => x <= ceiling);

const AT_LEAST_0: Rule = ["a number of at least 0", (value) => isNumber(value) && value >= 0];
const ABOVE_0: Rule = ["a number above 0", (value) => isNumber(value) && value > 0];
const SHARE: Rule = ["a number from 0 to 1", (value) => isNumber(value) && value >= 0 && value <= 1];
const RANGE: Rule = [
  "a number of at least 0 or [least, most]",
  (value) => (isNumber(value) ? value >= 0 : isList(value, [2]) && areOrdered(value)),
];
const SHEAR: Rule = [
  "degrees below 90, as a number of at least 0, [least, most], or two such pairs",
  (value) =>
    isBelow(value, 89) && (isNumber(value) ? value >= 0 : isList(value, [2, 4]) && areOrdered(value, -89)),
];
const PIXELS: Rule = [
  "a number of pixels of at least 0 or [horizontal, vertical]",
  (value) => (isNumber(value) ? value >= 0 : isList(value, [2]) && value.every((most) => most >= 0)),
];
const isWhole = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const PADDING: Rule = [
  "a whole number of pixels of at least 0 or [horizontal, vertical]",
  (value) => isWhole(value) || (isList(value, [2]) && value.every(isWhole)),
];
const SIZE: Rule = ["a whole number of pixels of at least 1", (value) => isWhole(value) && value !== 0];
const FACTORS: Rule = [
  "[least, most] with 0 < least ≤ most",
  (value) => isList(value, [2]) && areOrdered(value) && value[0]! > 0,
];
const AREA: Rule = [
  "[least, most], shares of the image's area with 0 ≤ least ≤ most ≤ 1",
  (value) => isList(value, [2]) && areOrdered(value, 0) && isBelow(value, 1),
];
const STRENGTH: Rule = [
  "a number of at least 0 or factors [least, most]",
  (value) => (isNumber(value) ? value >= 0 : isList(value, [2]) && areOrdered(value, 0)),
];
const FILLING: Rule = ['a number from 0 to 1 or "random"', (value) => value === "random" || SHARE[1](value)];

interface Entry {
  /** The function in `nabla/data`. */
  readonly function: string;
  readonly rules: Readonly<Record<string, Rule>>;
  /** Options that must be there. */
  readonly needs?: readonly string[];
  /** Options used where it is asked for by name alone. */
  readonly preset: Readonly<Record<string, unknown>>;
}

/** Every augmentation by the name that the command line and files know it by. */
const CATALOG = {
  affine: {
    function: "randomAffine",
    rules: { degrees: RANGE, translate: PIXELS, scale: FACTORS, shear: SHEAR },
    preset: { degrees: 10, translate: 2, scale: [0.9, 1.1], shear: 5 },
  },
  elastic: {
    function: "elastic",
    rules: { alpha: AT_LEAST_0, sigma: ABOVE_0 },
    preset: { alpha: 34, sigma: 4 },
  },
  crop: { function: "randomCrop", rules: { padding: PADDING }, needs: ["padding"], preset: { padding: 4 } },
  flip: { function: "randomHorizontalFlip", rules: { p: SHARE }, preset: {} },
  verticalFlip: { function: "randomVerticalFlip", rules: { p: SHARE }, preset: {} },
  erasing: {
    function: "randomErasing",
    rules: { p: SHARE, scale: AREA, ratio: FACTORS, value: FILLING },
    preset: {},
  },
  cutout: { function: "cutout", rules: { size: SIZE, p: SHARE }, needs: ["size"], preset: { size: 8 } },
  jitter: {
    function: "colorJitter",
    rules: { brightness: STRENGTH, contrast: STRENGTH, saturation: STRENGTH },
    preset: { brightness: 0.3, contrast: 0.3, saturation: 0.3 },
  },
  mixup: { function: "mixup", rules: { alpha: ABOVE_0, p: SHARE }, preset: { alpha: 0.2 } },
  cutmix: { function: "cutmix", rules: { alpha: ABOVE_0, p: SHARE }, preset: { alpha: 1 } },
} as const satisfies Record<string, Entry>;

/** A name of an augmentation on the command line and in files. */
export type AugmentationName = keyof typeof CATALOG;

/** All of them. */
export const AUGMENTATION_NAMES = Object.keys(CATALOG) as AugmentationName[];

/** An augmentation as a file has it: a name for its usual options, or an object of a name and exactly these options. */
export type AugmentationEntry = string | ({ readonly name: string } & Readonly<Record<string, unknown>>);

/** Throws `ConfigError` naming the first option that is unknown, missing, or of a value it cannot have. */
export function checkOptions(name: AugmentationName, options: object): void {
  const { function: op, rules, needs = [] }: Entry = CATALOG[name];
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const [key, value] of given) {
    const rule = Object.hasOwn(rules, key) ? rules[key] : undefined;
    if (rule === undefined) {
      const nearest = nearestName(key, Object.keys(rules));
      const hint = nearest === undefined ? "" : ` Did you mean "${nearest}"?`;
      throw new ConfigError(
        `${op}: option "${key}" is unknown.${hint} There are ${Object.keys(rules).join(", ")}.`,
        {
          name: key,
        },
      );
    }
    if (rule[1](value)) continue;
    throw new ConfigError(
      `${op}: ${key} must be ${rule[0]}, it is ${JSON.stringify(value)}. Give such a value.`,
      {
        [key]: value,
      },
    );
  }
  const missing = needs.find((key) => !given.some(([name]) => name === key));
  if (missing !== undefined) {
    throw new ConfigError(`${op}: ${missing} is missing. Give ${rules[missing]![0]}.`, { name: missing });
  }
}

/** The name and the options that an entry stands for; throws `ConfigError`, naming the nearest, for what is unknown or wrong. */
export function readEntry(entry: AugmentationEntry): {
  readonly name: AugmentationName;
  readonly options: Readonly<Record<string, unknown>>;
} {
  const { name, ...options } = typeof entry === "string" ? { name: entry } : entry;
  const known = AUGMENTATION_NAMES.find((one) => one === name);
  if (known === undefined) {
    const nearest = nearestName(name, AUGMENTATION_NAMES);
    const hint = nearest === undefined ? "" : `Did you mean "${nearest}"? `;
    throw new ConfigError(
      `augment: "${name}" is unknown. ${hint}There are ${AUGMENTATION_NAMES.join(", ")}.`,
      { name, nearest },
    );
  }
  if (typeof entry === "string") return { name: known, options: CATALOG[known].preset };
  checkOptions(known, options);
  return { name: known, options };
}
