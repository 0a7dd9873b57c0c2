// How sure a mean over several seeds is. Plain numbers.
import { ConfigError } from "../base/errors.ts";

/** The mean of some values, and half the width of the interval that holds the true mean with 95 % confidence. */
export interface Interval {
  readonly mean: number;
  readonly halfWidth: number;
}

// Student's t at 0.975 for 1 … 12 degrees of freedom.
const QUANTILES = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179];

/** Beyond the table by the expansion z + (z³ + z)/4n + (5z⁵ + 16z³ + 3z)/96n², right to 0.001. */
function quantile(freedom: number): number {
  const z = 1.959964;
  const [first, second] = [(z ** 3 + z) / 4, (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96];
  return QUANTILES[freedom - 1] ?? z + first / freedom + second / freedom ** 2;
}

/** Mean ± t·s/√n by Student's distribution; throws `ConfigError` for fewer than two values. */
export function confidenceInterval(values: readonly number[]): Interval {
  const n = values.length;
  if (n < 2)
    throw new ConfigError(`confidenceInterval: needs two values, there are ${n}. Run more seeds.`, { n });
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  return { mean, halfWidth: quantile(n - 1) * Math.sqrt(variance / n) };
}
