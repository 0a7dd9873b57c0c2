// Which parts of an image a class hangs on: its probability while a patch is covered, place by place.
// Knows nothing of nets: it only asks the model for probabilities.
import { ConfigError } from "../base/errors.ts";
import { imageBytes } from "../data/image-set.ts";
import { predict } from "../train/evaluate.ts";
import type { Model } from "../train/model.ts";
import { backgroundOf, checkWhole, classesOf, type Images, type Numbers, oneImage } from "./images.ts";

/** How an image is covered. */
export interface OcclusionOptions {
  /** Side of the covering square in pixels; a quarter of the image's shorter side unless given. */
  readonly size?: number;
  /** Pixels from one place to the next; 1 unless given. */
  readonly stride?: number;
  /** The byte that covers, for all channels or one each; the background along the image's border unless given. */
  readonly fill?: number | readonly number[];
  /** The class looked at; the likeliest unless given. */
  readonly class?: number;
}

/** What covering an image does to one class. */
export interface Occlusion {
  /** p(class | image) − p(class | image with the patch at this place covered) [rows, columns]; place (i, j) has its upper left pixel at (i·stride, j·stride). */
  readonly drops: Numbers;
  /** For each pixel the mean drop over the places that cover it [H, W]; 0 where none does. */
  readonly heat: Numbers;
  readonly class: number;
  /** p(class | image). */
  readonly probability: number;
  readonly size: number;
  readonly stride: number;
}

const PART = 500;

function fillOf(model: Model, image: Uint8Array, fill: OcclusionOptions["fill"]): ArrayLike<number> {
  if (fill === undefined) return backgroundOf(model, image);
  const values = typeof fill === "number" ? new Array<number>(model.shape[0]).fill(fill) : fill;
  const isByte = (value: number) => Number.isInteger(value) && value >= 0 && value <= 255;
  if (values.length === model.shape[0] && values.every(isByte)) return values;
  throw new ConfigError(
    `occlusion: fill ${JSON.stringify(fill)} must be a byte, or ${model.shape[0]} of them, one a channel. Give 0 to 255.`,
    { fill },
  );
}

function cover(
  image: Uint8Array,
  { shape }: Model,
  size: number,
  top: number,
  left: number,
  fill: ArrayLike<number>,
) {
  const [channels, height, width] = shape;
  const covered = image.slice();
  for (let c = 0; c < channels; c++) {
    for (let y = top; y < Math.min(height, top + size); y++) {
      const row = (c * height + y) * width;
      covered.fill(fill[c]!, row + left, row + Math.min(width, left + size));
    }
  }
  return covered;
}

/** The mean drop over the places that cover each pixel. */
function heatOf(drops: Numbers, height: number, width: number, size: number, stride: number): Numbers {
  const [rows, columns] = drops.shape as [number, number];
  const [sums, counts] = [new Float64Array(height * width), new Float64Array(height * width)];
  for (let i = 0; i < rows * columns; i++) {
    const [top, left] = [Math.floor(i / columns) * stride, (i % columns) * stride];
    for (let y = top; y < top + size; y++) {
      for (let x = left; x < left + size; x++) {
        sums[y * width + x]! += drops.data[i]!;
        counts[y * width + x]! += 1;
      }
    }
  }
  return { shape: [height, width], data: Float32Array.from(sums, (sum, i) => sum / (counts[i] || 1)) };
}

/**
 * Occlusion sensitivity: how much of the class's probability is lost while a square of the image is covered, for every
 * place of the square (Zeiler & Fergus, "Visualizing and Understanding Convolutional Networks", 2014). The image is bytes
 * [C, H, W]. Throws `ShapeError` for another image, `ConfigError` for an option out of range.
 */
export async function occlusion(
  model: Model,
  image: Images,
  options: OcclusionOptions = {},
): Promise<Occlusion> {
  const bytes = oneImage("occlusion", model, image);
  const [, height, width] = model.shape;
  const shorter = Math.min(height, width);
  const { size = Math.max(1, Math.round(shorter / 4)), stride = 1 } = options;
  checkWhole("occlusion", "size", size, 1);
  checkWhole("occlusion", "stride", stride, 1);
  if (size > shorter) {
    throw new ConfigError(
      `occlusion: a square of ${size} pixels does not fit into ${height}×${width}. Give a size up to ${shorter}.`,
      { size },
    );
  }
  const fill = fillOf(model, bytes, options.fill);
  const [wish] = classesOf("occlusion", model, options.class, 1) as unknown as [number];
  const [probabilities] = (await predict(model, bytes)) as [number[]];
  const chosen = wish < 0 ? probabilities.indexOf(Math.max(...probabilities)) : wish;
  const rows = Math.floor((height - size) / stride) + 1;
  const columns = Math.floor((width - size) / stride) + 1;
  const data = new Float32Array(rows * columns);
  for (let first = 0; first < data.length; first += PART) {
    const count = Math.min(PART, data.length - first);
    const covered = new Uint8Array(count * imageBytes(model));
    for (let i = 0; i < count; i++) {
      const [row, column] = [Math.floor((first + i) / columns), (first + i) % columns];
      covered.set(cover(bytes, model, size, row * stride, column * stride, fill), i * bytes.length);
    }
    const read = await predict(model, covered);
    read.forEach((each, i) => {
      data[first + i] = probabilities[chosen]! - each[chosen]!;
    });
  }
  const drops: Numbers = { shape: [rows, columns], data };
  const heat = heatOf(drops, height, width, size, stride);
  return { drops, heat, class: chosen, probability: probabilities[chosen]!, size, stride };
}
