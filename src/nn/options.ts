// Checks of layers' options, shared by all of them. Knows nothing of tensors.
import { ConfigError } from "../base/errors.ts";

/** Throws ConfigError unless `value` is a whole number ≥ 1. */
export function checkCount(layer: string, name: string, value: number): void {
  if (Number.isInteger(value) && value >= 1) return;
  throw new ConfigError(
    `${layer}: ${name} ${value} must be a whole number ≥ 1. Give one, as in ${layer}(10).`,
    { [name]: value },
  );
}

/** Throws ConfigError unless `value` is a finite number ≥ 0. */
export function checkNotNegative(layer: string, name: string, value: number): void {
  if (Number.isFinite(value) && value >= 0) return;
  throw new ConfigError(`${layer}: ${name} ${value} must be a finite number ≥ 0. Give another value.`, {
    [name]: value,
  });
}

/** Throws ConfigError unless 0 ≤ p < 1. */
export function checkShare(layer: string, p: number): void {
  if (p >= 0 && p < 1) return;
  throw new ConfigError(
    `${layer}: p ${p} must be at least 0 and below 1. Give the share to drop, as in 0.5.`,
    { p },
  );
}
