// What the explanations share: images of the model's shape as bytes, a program that reads them batch by batch, and the
// background that stands in for what is taken away. Knows nothing of what is explained.
import { ConfigError, ShapeError } from "../base/errors.ts";
import type { Shape } from "../base/shape.ts";
import { type ImageSet, imageBytes } from "../data/image-set.ts";
import { type Compiled, compile } from "../tensor/compile.ts";
import { tensor } from "../tensor/create.ts";
import { oneHot, where } from "../tensor/functions.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Model } from "../train/model.ts";

/** Numbers outside the device: shape and elements in row-major order. */
export interface Numbers {
  readonly shape: Shape;
  readonly data: Float32Array;
}

/** Images as bytes [N, C, H, W], one after another, or a set of them. */
export type Images = Uint8Array | Pick<ImageSet, "images">;

/** Which class is explained: one for all images, one an image, or (left out) the one the model takes for likeliest. */
export type ClassChoice = number | ArrayLike<number> | undefined;

/** The images' bytes; throws `ShapeError` where they are no whole number of images of the model's shape. */
export function bytesOf(op: string, model: Pick<Model, "shape">, images: Images): Uint8Array {
  const bytes = images instanceof Uint8Array ? images : images.images;
  const size = imageBytes(model);
  if (bytes.length > 0 && bytes.length % size === 0) return bytes;
  throw new ShapeError(
    `${op}: ${bytes.length} bytes are no whole number of ${model.shape.join("×")} images of ${size} bytes. ` +
      `Give images of the model's shape, one after another.`,
    { length: bytes.length, shape: model.shape },
  );
}

/** The bytes of exactly one image; throws `ShapeError` for none or several. */
export function oneImage(op: string, model: Pick<Model, "shape">, images: Images): Uint8Array {
  const bytes = bytesOf(op, model, images);
  if (bytes.length === imageBytes(model)) return bytes;
  throw new ShapeError(
    `${op}: takes one image, there are ${bytes.length / imageBytes(model)}. Give them one by one.`,
    { length: bytes.length },
  );
}

/** The wish as one class an image, −1 for the likeliest; throws `ConfigError` for a class that is none. */
export function classesOf(op: string, model: Model, wish: ClassChoice, count: number): Int32Array {
  if (wish === undefined) return new Int32Array(count).fill(-1);
  const given = typeof wish === "number" ? new Array<number>(count).fill(wish) : Array.from(wish);
  const most = model.classes.length - 1;
  const odd = given.find((index) => !Number.isInteger(index) || index < 0 || index > most);
  if (odd !== undefined || given.length !== count) {
    const fault =
      odd === undefined ? `${given.length} classes for ${count} images` : `class ${odd} is unknown`;
    throw new ConfigError(`${op}: ${fault}. Give one class from 0 to ${most}, or one for each image.`, {
      class: odd,
      count,
    });
  }
  return Int32Array.from(given);
}

/** Throws `ConfigError` unless `value` is a whole number of at least `least`. */
export function checkWhole(op: string, name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new ConfigError(
    `${op}: ${name} must be a whole number of at least ${least}, it is ${value}. Give one.`,
    {
      [name]: value,
    },
  );
}

/** Wanted classes [N] with the likeliest in place of −1, and the sum over the batch of their logits [N, K]. */
export function chosenLogits(logits: Tensor, wanted: Tensor): { classes: Tensor; score: Tensor } {
  const classes = where(wanted.less(0), logits.argmax(1), wanted);
  return { classes, score: logits.mul(oneHot(classes, logits.shape[1]!)).sum() };
}

/** Reads bytes [B, C·H·W] and wanted classes int32 [B]; every result has B rows. */
type Read = (bytes: Tensor, wanted: Tensor) => Readonly<Record<string, Tensor>>;
type Program = Compiled<[Tensor, Tensor], Readonly<Record<string, Tensor>>>;

// Large enough to keep every core busy; activations of some nets are a megabyte an image.
const MOST_IN_BATCH = 64;
const programs = new WeakMap<Model, Map<string, Program>>();

function programOf(model: Model, key: string, read: Read): Program {
  const known = programs.get(model) ?? new Map<string, Program>();
  programs.set(model, known);
  const program = known.get(key) ?? compile(read);
  known.set(key, program);
  return program;
}

/**
 * What `read` makes of all images, computed batch by batch on the device by a program that is kept with the model under
 * `key`, which must name everything that `read` depends on.
 */
export async function forImages<K extends string>(
  model: Model,
  key: string,
  bytes: Uint8Array,
  wanted: Int32Array,
  read: (bytes: Tensor, wanted: Tensor) => Readonly<Record<K, Tensor>>,
): Promise<Record<K, Numbers>> {
  const size = imageBytes(model);
  const count = bytes.length / size;
  // Powers of two, so that few programs serve all counts.
  const batch = Math.min(MOST_IN_BATCH, 2 ** Math.ceil(Math.log2(count)));
  const program = programOf(model, key, read);
  const results = new Map<string, { shape: Shape; data: Float32Array }>();
  for (let first = 0; first < count; first += batch) {
    const rows = Math.min(batch, count - first);
    const part = new Uint8Array(batch * size);
    part.set(bytes.subarray(first * size, (first + rows) * size));
    const classes = new Int32Array(batch);
    classes.set(wanted.subarray(first, first + rows));
    const done = await program(tensor(part, { shape: [batch, size] }), tensor(classes));
    for (const [name, y] of Object.entries(done)) {
      const each = y.size / batch;
      const result = results.get(name) ?? {
        shape: [count, ...y.shape.slice(1)],
        data: new Float32Array(count * each),
      };
      results.set(name, result);
      result.data.set((await y.data()).subarray(0, rows * each), first * each);
    }
  }
  return Object.fromEntries(results) as Record<K, Numbers>;
}

/**
 * A byte for each channel that stands for nothing: the median along the border of the images. Black for digits on
 * black, about the colour of the surroundings for photographs.
 */
export function backgroundOf(model: Pick<Model, "shape">, bytes: Uint8Array): Uint8Array {
  const [channels, height, width] = model.shape;
  const counts = Array.from({ length: channels }, () => new Uint32Array(256));
  for (let start = 0; start < bytes.length; start += height * width) {
    const own = counts[(start / (height * width)) % channels]!;
    for (let y = 0; y < height; y++) {
      const isEdge = y === 0 || y === height - 1;
      for (let x = 0; x < width; x += isEdge ? 1 : Math.max(1, width - 1))
        own[bytes[start + y * width + x]!]! += 1;
    }
  }
  return Uint8Array.from(counts, (histogram) => {
    const half = histogram.reduce((sum, n) => sum + n, 0) / 2;
    let seen = 0;
    return histogram.findIndex((n) => {
      seen += n;
      return seen >= half;
    });
  });
}
