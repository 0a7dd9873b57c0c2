// What a device holds of a set while it learns: windows of consecutive batches, the next ones read while one is used.
// A set in memory is one window. Knows nothing of devices or nets.
import { type ImageSource, imageBytes, isStream } from "./image-set.ts";
import { prefetch } from "./prefetch.ts";

// Few enough that training begins soon, enough for the steps of a call to the device.
const MOST_STEPS = 8;
const MOST_BYTES = 2 ** 24;
/** Windows that are read ahead of the one in use. */
const AHEAD = 2;

/** Images on their way to the device, and the steps of an epoch that are made of them. */
export interface Window {
  readonly epoch: number;
  /** The steps `first` … `end` − 1 of the epoch. */
  readonly first: number;
  readonly end: number;
  /** The bytes of the images; as many in every window, of which the last of an epoch may use the first only. */
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
  /** Their places in the order they are learned from; as many in every window too. */
  readonly order: Int32Array;
}

/** How a set is learned from. */
export interface WindowOptions {
  readonly batchSize: number;
  readonly stepsPerEpoch: number;
  readonly epochs: number;
  /** The epoch and the step in it to begin at. */
  readonly from: { readonly epoch: number; readonly position: number };
  /** Ends reading: the windows then throw its reason. */
  readonly signal?: AbortSignal | undefined;
  /** The order of an epoch: at least `stepsPerEpoch` × `batchSize` indices. */
  readonly orderOf: (epoch: number) => Int32Array;
}

type Place = Pick<Window, "epoch" | "first" | "end">;

/** Steps that a window of the set has: all of an epoch where the set is in memory. */
export function windowSteps(
  set: ImageSource,
  { batchSize, stepsPerEpoch }: Pick<WindowOptions, "batchSize" | "stepsPerEpoch">,
): number {
  if (!isStream(set)) return stepsPerEpoch;
  const fitting = Math.floor(MOST_BYTES / (batchSize * imageBytes(set)));
  return Math.max(1, Math.min(MOST_STEPS, fitting, stepsPerEpoch));
}

function* placesOf({ from, epochs, stepsPerEpoch }: WindowOptions, steps: number): Generator<Place> {
  for (let { epoch, position } = from; epoch < epochs; epoch++, position = 0) {
    for (let first = position; first < stepsPerEpoch; first += steps) {
      yield { epoch, first, end: Math.min(first + steps, stepsPerEpoch) };
    }
  }
}

/** The windows from a step on to the end of the last epoch; how they are cut changes nothing in what is learned. */
export function windowsOf(set: ImageSource, options: WindowOptions): AsyncGenerator<Window, void, void> {
  const { batchSize, stepsPerEpoch, from } = options;
  const steps = windowSteps(set, options);
  let known: { epoch: number; order: Int32Array } | undefined;
  const orderIn = (epoch: number): Int32Array => {
    if (known?.epoch !== epoch) known = { epoch, order: options.orderOf(epoch) };
    return known.order;
  };
  if (!isStream(set)) {
    const { images, labels } = set;
    const whole = { ...options, from: { epoch: from.epoch, position: 0 } };
    return prefetch(placesOf(whole, steps), 0, async (place) => {
      const order = orderIn(place.epoch).subarray(0, stepsPerEpoch * batchSize);
      return { ...place, images, labels, order };
    });
  }
  const capacity = steps * batchSize;
  const places = Int32Array.from({ length: capacity }, (_, i) => i);
  const read = async (place: Place, signal: AbortSignal): Promise<Window> => {
    const indices = orderIn(place.epoch).slice(place.first * batchSize, place.end * batchSize);
    const labels = Uint8Array.from(indices, (index) => set.labels[index]!);
    const images = await set.read(indices, signal);
    return {
      ...place,
      images: padded(images, capacity * imageBytes(set)),
      labels: padded(labels, capacity),
      order: places,
    };
  };
  return prefetch(placesOf(options, steps), AHEAD, read, options.signal);
}

/** The bytes, followed by zeros up to `length`. */
function padded(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length === length) return bytes;
  const whole = new Uint8Array(length);
  whole.set(bytes);
  return whole;
}
