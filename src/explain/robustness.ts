// How a model's accuracy falls while its images are changed: shifted, turned, covered with noise. The images are changed
// here, byte by byte; the model only reads them. Knows nothing of nets.
import { ConfigError } from "../base/errors.ts";
import { RandomStream } from "../base/random.ts";
import { checkImageSet, countOf, type ImageSet } from "../data/image-set.ts";
import { takeFirst } from "../data/split.ts";
import type { Model } from "../train/model.ts";
import { type Reading, readSet } from "./confidence.ts";
import { backgroundOf, checkWhole } from "./images.ts";

/** How a model reads a set after one change. */
export interface CurvePoint extends Reading {
  /** How strong the change is: the deviation of the noise, the angle in degrees. */
  readonly level: number;
}

/** What all curves take. */
export interface CurveOptions {
  /** Only the first images are read; all unless given. */
  readonly limit?: number;
}

/** Accuracy against shift. */
export interface ShiftMap {
  /** Shifts go from −reach to reach along both directions. */
  readonly reach: number;
  /** accuracy[dy + reach][dx + reach]: the share of right answers for images moved down by dy and right by dx pixels; of the rows that were asked for. */
  readonly accuracy: readonly (readonly number[])[];
  /** The mean probability of the answer, in the same places. */
  readonly confidence: readonly (readonly number[])[];
  readonly count: number;
}

type Shape = ImageSet["shape"];

function prepare(op: string, model: Model, set: ImageSet, limit: number | undefined): ImageSet {
  checkImageSet(set, op);
  if (set.shape.join() !== model.shape.join() || set.classes.length !== model.classes.length) {
    throw new ConfigError(
      `${op}: the model takes ${model.shape.join("×")} images of ${model.classes.length} classes, the set has ` +
        `${set.shape.join("×")} images of ${set.classes.length} classes. Use a set like the one it was trained on.`,
      { model: model.shape, set: set.shape },
    );
  }
  if (limit === undefined) return set;
  checkWhole(op, "limit", limit, 1);
  return takeFirst(set, limit);
}

/** Images moved down by dy and right by dx pixels; what leaves is lost, what is left open is `fill`, a byte a channel. */
export function shiftImages(
  images: Uint8Array,
  shape: Shape,
  dy: number,
  dx: number,
  fill: Uint8Array,
): Uint8Array {
  const [channels, height, width] = shape;
  const plane = height * width;
  const moved = new Uint8Array(images.length);
  const [from, to] = [Math.max(0, -dx), Math.min(width, width - dx)];
  for (let start = 0; start < images.length; start += plane) {
    moved.fill(fill[(start / plane) % channels]!, start, start + plane);
    if (from >= to) continue;
    for (let y = Math.max(0, dy); y < Math.min(height, height + dy); y++) {
      const source = start + (y - dy) * width;
      moved.set(images.subarray(source + from, source + to), start + y * width + from + dx);
    }
  }
  return moved;
}

/** Images turned counter-clockwise about their middle by `degrees`, read linearly between pixels; outside lies `fill`. */
export function rotateImages(
  images: Uint8Array,
  shape: Shape,
  degrees: number,
  fill: Uint8Array,
): Uint8Array {
  const [channels, height, width] = shape;
  const plane = height * width;
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [middleY, middleX] = [(height - 1) / 2, (width - 1) / 2];
  const turned = new Uint8Array(images.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [up, right] = [middleY - y, x - middleX];
      // The pixel that comes here: turned back by the angle. Rounding noise must not lift a pixel off its place.
      const sourceX = snap(middleX + cos * right + sin * up);
      const sourceY = snap(middleY - (cos * up - sin * right));
      const [left, top] = [Math.floor(sourceX), Math.floor(sourceY)];
      const [wx, wy] = [sourceX - left, sourceY - top];
      for (let start = 0; start < images.length; start += plane) {
        const outside = fill[(start / plane) % channels]!;
        const at = (row: number, column: number): number =>
          row < 0 || row >= height || column < 0 || column >= width
            ? outside
            : images[start + row * width + column]!;
        const above = at(top, left) * (1 - wx) + at(top, left + 1) * wx;
        const below = at(top + 1, left) * (1 - wx) + at(top + 1, left + 1) * wx;
        turned[start + y * width + x] = Math.round(above * (1 - wy) + below * wy);
      }
    }
  }
  return turned;
}

const snap = (place: number): number => {
  const near = Math.round(place);
  return Math.abs(place - near) < 1e-9 ? near : place;
};

/** Images with normal noise of this standard deviation (pixels in [0, 1]) added, held within the range of a byte. */
export function noiseImages(images: Uint8Array, deviation: number, seed: number): Uint8Array {
  const random = new RandomStream(seed);
  // A clamped array rounds and holds.
  return new Uint8Array(
    Uint8ClampedArray.from(images, (byte) => byte + 255 * deviation * random.normal()).buffer,
  );
}

/**
 * Accuracy for every shift (dx, dy) of up to `reach` pixels (5 unless given): a convolutional net keeps it, a dense one
 * loses it. Of all rows dy, or of those in `rows`, so that a map can be measured piece by piece. What is shifted out of the
 * image is lost, what comes in is background. Throws `ConfigError` for a set that does not fit the model.
 */
export async function shiftMap(
  model: Model,
  set: ImageSet,
  options: CurveOptions & { readonly reach?: number; readonly rows?: readonly number[] } = {},
): Promise<ShiftMap> {
  const { reach = 5 } = options;
  checkWhole("shiftMap", "reach", reach, 0);
  const { rows = Array.from({ length: 2 * reach + 1 }, (_, i) => i - reach) } = options;
  for (const dy of rows) checkWhole("shiftMap", "rows", dy, -reach);
  const own = prepare("shiftMap", model, set, options.limit);
  const fill = backgroundOf(model, own.images);
  const [accuracy, confidence]: [number[][], number[][]] = [[], []];
  for (const dy of rows) {
    const row: Reading[] = [];
    for (let dx = -reach; dx <= reach; dx++) {
      row.push(await readSet(model, { ...own, images: shiftImages(own.images, own.shape, dy, dx, fill) }));
    }
    accuracy.push(row.map((reading) => reading.accuracy));
    confidence.push(row.map((reading) => reading.confidence));
  }
  return { reach, accuracy, confidence, count: countOf(own) };
}

async function curve(
  model: Model,
  set: ImageSet,
  levels: readonly number[],
  change: (images: Uint8Array, level: number) => Uint8Array,
): Promise<CurvePoint[]> {
  const points: CurvePoint[] = [];
  for (const level of levels) {
    points.push({ level, ...(await readSet(model, { ...set, images: change(set.images, level) })) });
  }
  return points;
}

function checkLevels(op: string, name: string, levels: readonly number[], least: number): void {
  const odd = levels.find((level) => !Number.isFinite(level) || level < least);
  if (levels.length > 0 && odd === undefined) return;
  const what = least === 0 ? "numbers of at least 0" : "numbers";
  throw new ConfigError(
    `${op}: ${name} must be ${what}, they are ${JSON.stringify(levels)}. Give at least one.`,
    {
      [name]: levels,
    },
  );
}

/** Accuracy, loss and confidence against normal noise; `levels` are standard deviations of pixels in [0, 1], 0 to 0.5 unless given. */
export async function noiseCurve(
  model: Model,
  set: ImageSet,
  options: CurveOptions & { readonly levels?: readonly number[]; readonly seed?: number } = {},
): Promise<CurvePoint[]> {
  const { levels = [0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5], seed = 1 } = options;
  checkLevels("noiseCurve", "levels", levels, 0);
  const own = prepare("noiseCurve", model, set, options.limit);
  return curve(model, own, levels, (images, level) => noiseImages(images, level, seed));
}

/** Accuracy, loss and confidence against the angle by which images are turned; `angles` in degrees, −90 to 90 unless given. */
export async function rotationCurve(
  model: Model,
  set: ImageSet,
  options: CurveOptions & { readonly angles?: readonly number[] } = {},
): Promise<CurvePoint[]> {
  const { angles = Array.from({ length: 13 }, (_, i) => 15 * i - 90) } = options;
  checkLevels("rotationCurve", "angles", angles, Number.NEGATIVE_INFINITY);
  const own = prepare("rotationCurve", model, set, options.limit);
  const fill = backgroundOf(model, own.images);
  return curve(model, own, angles, (images, angle) => rotateImages(images, own.shape, angle, fill));
}
