// A set in memory told as a stream, for tests: the same images, read when wanted. Knows nothing of training.
import { type ImageSet, type ImageStream, readImages } from "../src/data/image-set.ts";
import { channelStatistics } from "../src/data/statistics.ts";

/** The set as a stream in shards of these sizes, one shard if left out; `onRead` sees the indices asked for. */
export function streamed(
  set: ImageSet,
  shards: readonly number[] = [set.labels.length],
  onRead: (indices: Int32Array, signal?: AbortSignal) => Promise<void> | void = () => {},
): ImageStream {
  const { images: _, ...rest } = set;
  return {
    ...rest,
    shards,
    statistics: channelStatistics(set),
    read: async (indices, signal) => {
      await onRead(indices, signal);
      return readImages(set, indices);
    },
  };
}
