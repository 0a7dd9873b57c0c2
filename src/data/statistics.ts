// Mean and standard deviation of an image set's channels, for normalising. Exact: sums are of whole numbers.
import { countOf, type ImageSet } from "./image-set.ts";

/** One number a channel each, for pixels scaled to [0, 1]. */
export interface ChannelStatistics {
  readonly mean: readonly number[];
  /** Standard deviation of the population, √(E[x²] − E[x]²); 0 for a constant channel. */
  readonly deviation: readonly number[];
}

/** Mean and standard deviation of each channel over all N×H×W pixels, with 0…255 scaled to [0, 1]. */
export function channelStatistics(set: ImageSet): ChannelStatistics {
  const [channels, height, width] = set.shape;
  const plane = height * width;
  const mean: number[] = [];
  const deviation: number[] = [];
  for (let channel = 0; channel < channels; channel++) {
    let sum = 0;
    let squares = 0;
    for (let image = 0; image < countOf(set); image++) {
      const start = (image * channels + channel) * plane;
      for (let at = start; at < start + plane; at++) {
        const value = set.images[at]!;
        sum += value;
        squares += value * value;
      }
    }
    const pixels = countOf(set) * plane;
    const average = sum / pixels;
    mean.push(average / 255);
    deviation.push(Math.sqrt(Math.max(0, squares / pixels - average * average)) / 255);
  }
  return { mean, deviation };
}
