// Mean and standard deviation of an image set's channels, for normalising. Exact: sums are of whole numbers.
import {
  type ChannelStatistics,
  countOf,
  type ImageSource,
  type ImageStream,
  isStream,
} from "./image-set.ts";

export type { ChannelStatistics } from "./image-set.ts";

/**
 * Mean and standard deviation of each channel over all N×H×W pixels, with 0…255 scaled to [0, 1]; those that a stream
 * tells of itself.
 */
export function channelStatistics(set: ImageSource): ChannelStatistics {
  if (isStream(set)) return set.statistics;
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

// The mean of a channel differs from image to image by some 0.2, so that of a thousand is right to 0.01.
const SAMPLE = 1000;

/** The statistics of up to 1000 images of a stream that lie evenly among its images; of the same ones each time. */
export async function sampleStatistics(
  stream: Omit<ImageStream, "statistics">,
  signal?: AbortSignal,
): Promise<ChannelStatistics> {
  const count = Math.min(SAMPLE, countOf(stream));
  const indices = Int32Array.from({ length: count }, (_, i) => Math.floor((i * countOf(stream)) / count));
  const { shape, classes } = stream;
  const images = await stream.read(indices, signal);
  return channelStatistics({ images, labels: new Uint8Array(count), shape, classes });
}
