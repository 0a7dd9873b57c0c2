// Makes any grey picture of one digit look like MNIST's: white ink on black, fitted to 20×20, centred by mass in 28×28.
// Runs in a browser, where the picture comes from a canvas. Knows nothing of files or networks.
// Procedure: LeCun, Cortes, Burges, "The MNIST database of handwritten digits".
import { DataError } from "../base/errors.ts";

const SIDE = 28;
const BOX = 20;
// Below this span of grey levels a picture is taken for blank paper with noise.
const MIN_CONTRAST = 32;
// Ink stronger than this counts for the bounding box, so that soft edges and noise do not widen it.
const INK_LEVEL = 64;

/** A grey picture, one byte a pixel, row by row; dark on light or light on dark. */
export interface GreyPicture {
  readonly pixels: Uint8Array;
  readonly height: number;
  readonly width: number;
}

/** Brings a grey picture of a digit into MNIST's form, 28×28 bytes; throws `DataError` for a blank or empty picture. */
export function prepareDigit(
  { pixels, height, width }: GreyPicture,
  { pictureName = "digit" }: { pictureName?: string } = {},
): Uint8Array {
  if (pixels.length === 0 || pixels.length !== height * width) {
    throw new DataError(
      `${pictureName}: a grey picture of ${height}×${width} has ${height * width} bytes, at least one; there are ` +
        `${pixels.length}. Give one byte a pixel.`,
      { height, width, actual: pixels.length },
    );
  }
  const ink = inkOf(pixels, height, width);
  const box = ink && boundingBox(ink, height, width);
  if (!ink || !box) {
    throw new DataError(
      `${pictureName}: the picture is blank. Draw one digit, dark on light or light on dark.`,
      {
        height,
        width,
      },
    );
  }
  return centre(fitToBox(ink, width, box));
}

/** Grey levels as ink, 0 = background and 255 = full stroke; `undefined` for a picture without contrast. */
function inkOf(pixels: Uint8Array, height: number, width: number): Uint8Array | undefined {
  const { low, high, threshold } = levelsOf(pixels);
  if (high - low < MIN_CONTRAST) return undefined;
  const inverted = isLightBackground(pixels, height, width, threshold);
  const values = inverted ? pixels.map((value) => 255 - value) : pixels;
  const split = inverted ? 255 - threshold : threshold;
  const { mean, deviation } = momentsOf(values, split);
  // Everything within two deviations of the paper is paper; full ink lies half-way from a stroke's mean to its extreme.
  const black = Math.min(mean.below + 2 * deviation, split);
  const white = Math.max((mean.above + (inverted ? 255 - low : high)) / 2, black + 1);
  return values.map((value) => Math.round(Math.min(1, Math.max(0, (value - black) / (white - black))) * 255));
}

/** Extremes of the picture and Otsu's threshold between its two classes of grey (IEEE Trans. SMC 9, 1979). */
function levelsOf(pixels: Uint8Array): { low: number; high: number; threshold: number } {
  const histogram = new Float64Array(256);
  for (const value of pixels) histogram[value]! += 1;
  const low = histogram.findIndex((count) => count > 0);
  const high = histogram.findLastIndex((count) => count > 0);
  const total = pixels.length;
  const sum = histogram.reduce((all, count, value) => all + count * value, 0);
  let [weight, partial, best, threshold] = [0, 0, -1, (low + high) / 2];
  for (let value = low; value < high; value++) {
    weight += histogram[value]!;
    partial += histogram[value]! * value;
    const gap = partial / weight - (sum - partial) / (total - weight);
    const between = weight * (total - weight) * gap * gap;
    if (between > best) [best, threshold] = [between, value + 0.5];
  }
  return { low, high, threshold };
}

/** The background is what most of the border is. */
function isLightBackground(pixels: Uint8Array, height: number, width: number, threshold: number): boolean {
  let light = 0;
  let border = 0;
  for (let y = 0; y < height; y++) {
    const step = y === 0 || y === height - 1 ? 1 : Math.max(1, width - 1);
    for (let x = 0; x < width; x += step) {
      border++;
      if (pixels[y * width + x]! > threshold) light++;
    }
  }
  return light * 2 > border;
}

interface Moments {
  readonly mean: { readonly below: number; readonly above: number };
  /** Standard deviation of the values below the threshold. */
  readonly deviation: number;
}

function momentsOf(values: Uint8Array, threshold: number): Moments {
  const below = { count: 0, sum: 0, squares: 0 };
  const above = { count: 0, sum: 0 };
  for (const value of values) {
    if (value > threshold) {
      above.count++;
      above.sum += value;
    } else {
      below.count++;
      below.sum += value;
      below.squares += value * value;
    }
  }
  const mean = { below: below.sum / Math.max(1, below.count), above: above.sum / Math.max(1, above.count) };
  const variance = below.squares / Math.max(1, below.count) - mean.below * mean.below;
  return { mean, deviation: Math.sqrt(Math.max(0, variance)) };
}

interface Box {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

function boundingBox(ink: Uint8Array, height: number, width: number): Box | undefined {
  let [top, bottom, left, right] = [height, -1, width, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (ink[y * width + x]! < INK_LEVEL) continue;
      top = Math.min(top, y);
      bottom = y;
      left = Math.min(left, x);
      right = Math.max(right, x);
    }
  }
  return bottom < 0 ? undefined : { top, left, height: bottom - top + 1, width: right - left + 1 };
}

interface Patch {
  readonly values: Float64Array;
  readonly height: number;
  readonly width: number;
}

/** The box scaled so that its longer side is 20, each new pixel the mean of what it covers. */
function fitToBox(ink: Uint8Array, stride: number, box: Box): Patch {
  const scale = BOX / Math.max(box.height, box.width);
  const height = Math.max(1, Math.round(box.height * scale));
  const width = Math.max(1, Math.round(box.width * scale));
  const rows = new Float64Array(box.height * width);
  for (let y = 0; y < box.height; y++) {
    const start = (box.top + y) * stride + box.left;
    const line = Float64Array.from(ink.subarray(start, start + box.width));
    rows.set(meansOver(line, width), y * width);
  }
  const values = new Float64Array(height * width);
  for (let x = 0; x < width; x++) {
    const column = Float64Array.from({ length: box.height }, (_, y) => rows[y * width + x]!);
    meansOver(column, height).forEach((value, y) => {
      values[y * width + x] = value;
    });
  }
  return { values, height, width };
}

/** A line resampled to `length` values, each the mean over the stretch of the line it stands for. */
function meansOver(line: Float64Array, length: number): Float64Array {
  const step = line.length / length;
  return Float64Array.from({ length }, (_, index) => {
    const [from, to] = [index * step, (index + 1) * step];
    let sum = 0;
    for (let at = Math.floor(from); at < Math.min(line.length, Math.ceil(to)); at++) {
      sum += line[at]! * (Math.min(at + 1, to) - Math.max(at, from));
    }
    return sum / step;
  });
}

/** Places the patch so that its centre of mass lies in the middle of the 28×28 field, without cutting any of it off. */
function centre({ values, height, width }: Patch): Uint8Array {
  let [mass, sumY, sumX] = [0, 0, 0];
  values.forEach((value, index) => {
    mass += value;
    sumY += value * Math.floor(index / width);
    sumX += value * (index % width);
  });
  const place = (middle: number, size: number): number =>
    Math.min(SIDE - size, Math.max(0, Math.round(SIDE / 2 - middle)));
  const top = place(sumY / mass, height);
  const left = place(sumX / mass, width);
  const digit = new Uint8Array(SIDE * SIDE);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) digit[(top + y) * SIDE + left + x] = Math.round(values[y * width + x]!);
  }
  return digit;
}
