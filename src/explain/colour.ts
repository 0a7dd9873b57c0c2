// Numbers as colours: magnitudes from dark violet to yellow in steps that look alike, signed values from warm red through
// white to blue. Gives plain bytes, for a canvas or a file; knows nothing of either.
import { ShapeError } from "../base/errors.ts";
import type { Shape } from "../base/shape.ts";
import type { Numbers } from "./images.ts";

/** A colour, each part 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** An RGB picture, three bytes a pixel, row by row. */
export interface ColourPicture {
  readonly pixels: Uint8Array;
  readonly height: number;
  readonly width: number;
}

/** How numbers become colours: `magnitude` from the least to the greatest, `signed` around 0, `pixels` as they are in [0, 1]. */
export type Scale = "magnitude" | "signed" | "pixels";

const parse = (text: string): Rgb[] =>
  text
    .split(" ")
    .map((hex) => [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb);

// Viridis at tenths (Smith & van der Walt, 2015): equal steps look equally far apart, in grey too.
const MAGNITUDE = parse("440154 482475 414487 355f8d 2a788e 21918c 22a884 44bf70 7ad151 bddf26 fde725");
// ColorBrewer's RdBu (Brewer 2003): red below 0, blue above, white at 0.
const SIGNED = parse("67001f b2182b d6604d f4a582 fddbc7 f7f7f7 d1e5f0 92c5de 4393c3 2166ac 053061");

function along(colours: readonly Rgb[], t: number): Rgb {
  const place = Math.min(1, Math.max(0, Number.isNaN(t) ? 0 : t)) * (colours.length - 1);
  const index = Math.min(colours.length - 2, Math.floor(place));
  const [low, high] = [colours[index]!, colours[index + 1]!];
  return low.map((part, i) => Math.round(part + (high[i]! - part) * (place - index))) as unknown as Rgb;
}

/** The colour of a share t in [0, 1]. */
export const magnitudeColour = (t: number): Rgb => along(MAGNITUDE, t);

/** The colour of t in [−1, 1]: warm below 0, blue above. */
export const signedColour = (t: number): Rgb => along(SIGNED, (t + 1) / 2);

/** The greatest finite size of a value, and the bounds. */
function boundsOf(data: ArrayLike<number>): { low: number; high: number; most: number } {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return { low: 0, high: 0, most: 0 };
  return { low, high, most: Math.max(Math.abs(low), Math.abs(high)) };
}

/** Height and width of a map [H, W] or image [1 or 3, H, W]; throws `ShapeError` for anything else. */
function sizeOfPicture(shape: Shape): { channels: number; height: number; width: number } {
  const [width, height, channels = 1] = shape.toReversed();
  const isPicture = shape.length === 2 || (shape.length === 3 && (channels === 1 || channels === 3));
  if (isPicture) return { channels, height: height!, width: width! };
  throw new ShapeError(
    `colourPicture: takes [H, W], [1, H, W] or [3, H, W], not [${shape.join(", ")}]. Give one channel at a time.`,
    { shape },
  );
}

/**
 * A map [H, W] or [1, H, W] in colours, or an image [3, H, W] of `pixels`. `scale` is "magnitude" unless given; the
 * greatest size of a signed map has the strongest colour, `most` if given, so that several maps can share a scale.
 */
export function colourPicture(
  { data, shape }: Numbers,
  { scale = "magnitude", most }: { readonly scale?: Scale; readonly most?: number } = {},
): ColourPicture {
  const { channels, height, width } = sizeOfPicture(shape);
  const bounds = boundsOf(data);
  const span = most ?? (scale === "signed" ? bounds.most : bounds.high - Math.min(0, bounds.low));
  const from = scale === "magnitude" ? Math.min(0, bounds.low) : 0;
  const plane = height * width;
  const pixels = new Uint8Array(plane * 3);
  for (let i = 0; i < plane; i++) {
    const t = span > 0 ? (data[i]! - from) / span : 0;
    const byte = (channel: number) =>
      Math.round(255 * Math.min(1, Math.max(0, data[(channel % channels) * plane + i]!)));
    const colour =
      scale === "pixels"
        ? [byte(0), byte(1), byte(2)]
        : scale === "signed"
          ? signedColour(t)
          : magnitudeColour(t);
    pixels.set(colour, i * 3);
  }
  return { pixels, height, width };
}

/** Each pixel as a square of factor × factor. */
export function enlarge({ pixels, height, width }: ColourPicture, factor: number): ColourPicture {
  const large = new Uint8Array(pixels.length * factor * factor);
  for (let y = 0; y < height * factor; y++) {
    for (let x = 0; x < width * factor; x++) {
      const from = 3 * (Math.floor(y / factor) * width + Math.floor(x / factor));
      large.set(pixels.subarray(from, from + 3), 3 * (y * width * factor + x));
    }
  }
  return { pixels: large, height: height * factor, width: width * factor };
}

const PAPER: Rgb = [255, 255, 255];

/** Pictures side by side in rows of `columns`, `gap` white pixels between; as many columns as rows unless given. */
export function tilePictures(
  pictures: readonly ColourPicture[],
  {
    columns = Math.ceil(Math.sqrt(pictures.length)),
    gap = 1,
  }: { readonly columns?: number; readonly gap?: number } = {},
): ColourPicture {
  const across = Math.max(1, Math.min(columns, pictures.length));
  const rows = Math.ceil(pictures.length / across);
  const cellHeight = Math.max(0, ...pictures.map(({ height }) => height)) + gap;
  const cellWidth = Math.max(0, ...pictures.map(({ width }) => width)) + gap;
  const [height, width] = [Math.max(1, rows * cellHeight - gap), Math.max(1, across * cellWidth - gap)];
  const pixels = new Uint8Array(height * width * 3).fill(PAPER[0]);
  pictures.forEach((picture, i) => {
    const [top, left] = [Math.floor(i / across) * cellHeight, (i % across) * cellWidth];
    for (let y = 0; y < picture.height; y++) {
      const row = picture.pixels.subarray(3 * y * picture.width, 3 * (y + 1) * picture.width);
      pixels.set(row, 3 * ((top + y) * width + left));
    }
  });
  return { pixels, height, width };
}
