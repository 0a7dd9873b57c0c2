// What a list of timings says, and the order in which two sides take turns. Pure functions; knows of no clock.

/** The q-quantile, 0 ≤ q ≤ 1, between neighbours by straight line; NaN of nothing. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)];
  const high = sorted[Math.ceil(at)];
  return low === undefined || high === undefined ? Number.NaN : low + (high - low) * (at - Math.floor(at));
}

/** The middle value; the mean of the middle two where their number is even. */
export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** The time of the fastest runs, short of single lucky ones: what they take when nothing disturbs them. */
export const undisturbed = (times: readonly number[]): number => quantile(times, 0.05);

/** Least, middle and greatest of a list. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** Least, middle and greatest of `values`; NaN of nothing. */
export const spreadOf = (values: readonly number[]): Spread => ({
  min: quantile(values, 0),
  median: median(values),
  max: quantile(values, 1),
});

/** How many times faster side a was than side b, round by round: bᵢ / aᵢ, so that what slows both cancels. */
export const pairRatios = (a: readonly number[], b: readonly number[]): number[] =>
  a.slice(0, b.length).map((value, i) => b[i]! / value);

/**
 * Calls every side `rounds` times, one at a time, and gives each side's results in the order of its rounds. Every
 * second round goes backwards (a b, b a, a b, …), so that a machine that slows down harms all sides alike.
 */
export async function alternate<T>(rounds: number, ...sides: (() => Promise<T>)[]): Promise<T[][]> {
  const results: T[][] = sides.map(() => []);
  for (let round = 0; round < rounds; round++) {
    const order = sides.map((_, i) => (round % 2 === 0 ? i : sides.length - 1 - i));
    for (const side of order) results[side]!.push(await sides[side]!());
  }
  return results;
}
