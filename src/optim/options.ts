// Checks of hyper-parameters, shared by the optimisers. Knows nothing of tensors.
import { ConfigError } from "../base/errors.ts";
import { nearestName } from "../base/nearest-name.ts";

/** A range a hyper-parameter must lie in. */
interface Range {
  readonly least: number;
  /** Exclusive. */
  readonly below?: number;
}

/** Throws ConfigError for an option whose name is not among `known`, naming the nearest. */
export function checkNames(optimizer: string, options: object, known: readonly string[]): void {
  const odd = Object.keys(options).find((name) => !known.includes(name));
  if (odd === undefined) return;
  const meant = nearestName(odd, known);
  const cure = meant === undefined ? `The options are ${known.join(", ")}.` : `Did you mean "${meant}"?`;
  throw new ConfigError(`${optimizer}: option "${odd}" is unknown. ${cure}`, { option: odd, meant });
}

/** Throws ConfigError unless `value` is a number with least ≤ value < below. */
export function checkRange(optimizer: string, name: string, value: number, { least, below }: Range): void {
  const isRight = typeof value === "number" && value >= least && value < (below ?? Number.POSITIVE_INFINITY);
  if (isRight) return;
  const rule = below === undefined ? `a finite number ≥ ${least}` : `at least ${least} and below ${below}`;
  throw new ConfigError(`${optimizer}: ${name} ${String(value)} must be ${rule}. Give another value.`, {
    option: name,
    value,
  });
}
