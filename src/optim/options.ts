// Checks of hyper-parameters, shared by the optimisers and schedules. Knows nothing of tensors.
import { ConfigError } from "../base/errors.ts";
import { checkOptionNames } from "../base/option-names.ts";

/** A range a hyper-parameter must lie in. */
export interface Range {
  readonly least: number;
  /** Exclusive. */
  readonly below?: number;
}

/** A share kept or left out: 0 ≤ x < 1. */
export const SHARE: Range = { least: 0, below: 1 };
/** A finite number from 0 on. */
export const FROM_0: Range = { least: 0 };

/** Throws ConfigError unless `value` is a number with least ≤ value < below. */
export function checkRange(optimizer: string, name: string, value: unknown, { least, below }: Range): void {
  const isRight = typeof value === "number" && value >= least && value < (below ?? Number.POSITIVE_INFINITY);
  if (isRight) return;
  const rule = below === undefined ? `a finite number ≥ ${least}` : `at least ${least} and below ${below}`;
  throw new ConfigError(`${optimizer}: ${name} ${String(value)} must be ${rule}. Give another value.`, {
    option: name,
    value,
  });
}

/** Throws ConfigError unless `value` is a whole number ≥ least. */
export function checkWhole(optimizer: string, name: string, value: unknown, least: number): void {
  if (Number.isSafeInteger(value) && (value as number) >= least) return;
  throw new ConfigError(
    `${optimizer}: ${name} ${String(value)} must be a whole number from ${least}. Give such a number.`,
    { option: name, value },
  );
}

/** Throws ConfigError unless `betas` are two numbers with 0 ≤ β < 1. */
export function checkBetas(optimizer: string, betas: unknown): void {
  if (!Array.isArray(betas) || betas.length !== 2) {
    throw new ConfigError(
      `${optimizer}: betas ${JSON.stringify(betas)} must be two numbers, as in [0.9, 0.999].`,
      { betas },
    );
  }
  betas.forEach((beta, i) => {
    checkRange(optimizer, `betas[${i}]`, beta, SHARE);
  });
}

/**
 * The options of an optimiser with those left out as in `usual`, whose keys are all there are. `lr` and `betas` are
 * checked by their own rules, what is named in `ranges` by its range. Throws ConfigError naming option and value.
 */
export function completeOptions<O extends object>(
  optimizer: string,
  options: O,
  usual: Required<O>,
  ranges: Readonly<Partial<Record<keyof O, Range>>>,
): Required<O> {
  checkOptionNames(optimizer, options, Object.keys(usual));
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const complete = { ...usual, ...Object.fromEntries(given) } as Record<string, unknown>;
  if (typeof complete["lr"] !== "function") checkRange(optimizer, "lr", complete["lr"], FROM_0);
  if ("betas" in complete) checkBetas(optimizer, complete["betas"]);
  for (const [name, range] of Object.entries(ranges)) {
    checkRange(optimizer, name, complete[name], range as Range);
  }
  return complete as Required<O>;
}
