// What the lab of the maximum computes, on the engine: a pattern at every place of an image under its own filter, the
// greatest number of each map and where it is. Runs in a worker and in Node alike.
import { conv2d, stack, type Tensor, tensor } from "nabla";
import { type Corner, isInside, PATTERNS, type PatternName, SIZES } from "./geometry.ts";

export type { Corner, PatternName } from "./geometry.ts";

/** How the filter walks. */
export interface WalkOptions {
  readonly pattern: PatternName;
  readonly stride: number;
  /** Zeros around the image. */
  readonly padding: number;
}

/** The greatest number of a map. */
export interface Peak extends Corner {
  readonly max: number;
  /** Where in the map it is found first: column and row. */
  readonly column: number;
  readonly row: number;
}

export interface Placed {
  readonly image: readonly number[];
  readonly map: readonly number[];
  /** Side of the map. */
  readonly side: number;
  readonly peak: Peak;
}

/** What all places have come to. */
export interface Search {
  /** One for each corner from −2 to 11, row by row. */
  readonly peaks: readonly Peak[];
  /** The greatest of all, and the first corner, wholly inside or cut off, whose maximum is less. */
  readonly best: number;
  readonly counterexample: { readonly inside: Peak | undefined; readonly cutOff: Peak | undefined };
}

const { side: SIDE, pattern: PATTERN, first: FIRST, last: LAST } = SIZES;

/** The image [SIDE, SIDE] with the pattern at this corner: an empty one with room around, cut to size. */
function draw(pattern: Tensor, { x, y }: Corner): Tensor {
  const around = (place: number): [number, number] => [place - FIRST, LAST - place];
  const wide = pattern.pad([around(y), around(x)]);
  return wide.slice([-FIRST, SIDE - FIRST], [-FIRST, SIDE - FIRST]);
}

const patternOf = (name: PatternName): Tensor => tensor(PATTERNS[name], { shape: [PATTERN, PATTERN] });

/** Maps [N, side, side] of images [N, SIDE, SIDE]. */
function mapsOf(images: Tensor, { pattern, stride, padding }: WalkOptions): Tensor {
  const filter = patternOf(pattern).reshape(1, 1, PATTERN, PATTERN);
  return conv2d(images.unsqueeze(1), filter, { stride, padding }).squeeze(1);
}

async function peaksOf(maps: Tensor, corners: readonly Corner[]): Promise<Peak[]> {
  const [count, , side] = maps.shape as [number, number, number];
  const flat = maps.reshape(count, side * side);
  const [maxima, places] = await Promise.all([flat.max(1).data(), flat.argmax(1).data()]);
  return corners.map((corner, i) => ({
    ...corner,
    max: maxima[i]!,
    column: places[i]! % side,
    row: Math.floor(places[i]! / side),
  }));
}

/** The pattern at one corner: image, map and peak. */
export async function place(options: WalkOptions, corner: Corner): Promise<Placed> {
  const image = draw(patternOf(options.pattern), corner);
  const maps = mapsOf(image.unsqueeze(0), options);
  const [peak] = await peaksOf(maps, [corner]);
  return {
    image: [...(await image.data())],
    map: [...(await maps.data())],
    side: maps.shape[1]!,
    peak: peak!,
  };
}

/** The pattern at every corner, in one batch, and the counterexamples among them. */
export async function search(options: WalkOptions): Promise<Search> {
  const across = LAST - FIRST + 1;
  const corners = Array.from({ length: across * across }, (_, i) => ({
    x: (i % across) + FIRST,
    y: Math.floor(i / across) + FIRST,
  }));
  const pattern = patternOf(options.pattern);
  const peaks = await peaksOf(
    mapsOf(stack(corners.map((corner) => draw(pattern, corner))), options),
    corners,
  );
  const best = Math.max(...peaks.map(({ max }) => max));
  const isLess = ({ max }: Peak): boolean => max < best;
  return {
    peaks,
    best,
    counterexample: {
      inside: peaks.find((peak) => isInside(peak) && isLess(peak)),
      cutOff: peaks.find((peak) => !isInside(peak) && isLess(peak)),
    },
  };
}
