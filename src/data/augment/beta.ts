// The symmetric beta distribution Beta(α, α), drawn without rejection: by its quantiles, from a table.
import { tensor } from "../../tensor/create.ts";
import type { Generator } from "../../tensor/random.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** Cells of the table of quantiles, and of the integral below each of its halves. */
const CELLS = 4096;
const STEPS = 1 << 15;

/**
 * Quantiles of Beta(α, α) at i / 4096 for i = 0 … 4096. The density x^(α−1)·(1−x)^(α−1) is integrated up to ½ over
 * t = x^k, k = min(α, 1), in which it is finite even where α < 1; the other half is its mirror image.
 */
export function betaQuantiles(alpha: number): Float64Array {
  const k = Math.min(alpha, 1);
  const end = 0.5 ** k;
  // The density over t relative to its value at ½, so that no large α underflows.
  const density = (t: number) => {
    const x = t ** (1 / k);
    return (2 * (1 - x)) ** (alpha - 1) * (t / end) ** (alpha / k - 1);
  };
  const areas = new Float64Array(STEPS + 1);
  for (let i = 0; i < STEPS; i++) areas[i + 1] = areas[i]! + density(((i + 0.5) / STEPS) * end);
  const quantiles = new Float64Array(CELLS + 1);
  const whole = areas[STEPS]!;
  for (let cell = 0, i = 0; cell <= CELLS / 2; cell++) {
    const wanted = (2 * cell * whole) / CELLS;
    while (i < STEPS - 1 && areas[i + 1]! < wanted) i++;
    const share = (wanted - areas[i]!) / (areas[i + 1]! - areas[i]! || 1);
    const x = (((i + share) / STEPS) * end) ** (1 / k);
    quantiles[cell] = x;
    quantiles[CELLS - cell] = 1 - x;
  }
  return quantiles;
}

/** `count` numbers from Beta(α, α): quantiles at evenly drawn places, between those of the table linearly. */
export function drawBeta(alpha: number, count: number, generator: Generator): Tensor {
  const table = tensor(betaQuantiles(alpha));
  const place = generator.uniform([count]).mul(CELLS);
  const cell = place.floor();
  const index = cell.cast("int32");
  const low = table.take(index);
  return low.add(table.take(index.add(1)).sub(low).mul(place.sub(cell)));
}
