// Decodes one picture file (PNG, JPEG, WebP) into bytes of a wanted size. Knows nothing of data sets or labels.
import { stat } from "node:fs/promises";
import type { Sharp } from "sharp";
import { DataError } from "../base/errors.ts";
import { prepareDigit } from "./prepare-digit.ts";

// 100 megapixels: a phone's photo fits, a picture made to exhaust memory does not.
const MAX_PIXELS = 100_000_000;
const FORMATS = new Set(["png", "jpeg", "webp"]);

/** The form a picture is brought into: grey (1) or RGB (3), and its size in pixels. */
export interface ImageForm {
  readonly channels: 1 | 3;
  readonly height: number;
  readonly width: number;
  /** How another aspect ratio is met: cut the rest off, pad with white, or stretch; `cover` unless given. */
  readonly fit?: "cover" | "contain" | "fill" | undefined;
  /** Name of the picture whose form this is: all others must have it too, none is made larger or smaller. */
  readonly like?: string | undefined;
}

/** A picture about to be decoded. */
interface Opened {
  readonly picture: Sharp;
  readonly isGrey: boolean;
}

/** The codec, loaded at first use so that nothing else needs it installed; `name` is what it is needed for. */
export async function loadSharp(name: string): Promise<typeof import("sharp").default> {
  try {
    return (await import("sharp")).default;
  } catch (error) {
    const cure = "Install it with npm install sharp; data sets in IDX or CIFAR form do not need it.";
    throw new DataError(
      `${name}: pictures need the package sharp, which does not load. ${cure}`,
      { name },
      error,
    );
  }
}

async function openWith(source: string | Uint8Array, name: string): Promise<Opened> {
  const sharp = await loadSharp(name);
  if (typeof source === "string") await checkIsFile(source, name);
  const picture = sharp(source, { limitInputPixels: MAX_PIXELS, failOn: "warning" });
  let format: string | undefined;
  let space: string | undefined;
  try {
    ({ format, space } = await picture.metadata());
  } catch (error) {
    throw undecodable(name, error);
  }
  if (format === undefined || !FORMATS.has(format)) {
    throw new DataError(
      `${name}: the picture is of type ${format ?? "unknown"}. Convert it to PNG, JPEG or WebP.`,
      { name, format },
    );
  }
  // Turned upright as its EXIF data says; transparent parts become white paper; 16 bits become 8.
  const upright = picture.rotate().flatten({ background: "#ffffff" });
  return { picture: upright, isGrey: space === "b-w" || space === "grey16" };
}

async function checkIsFile(path: string, name: string): Promise<void> {
  let why = "";
  try {
    if (!(await stat(path)).isFile()) why = "is no file";
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    why = code === "ENOENT" ? "does not exist" : `cannot be read (${code})`;
  }
  if (why !== "")
    throw new DataError(`${name}: ${why}. Give the path of a PNG, JPEG or WebP file.`, { path });
}

function undecodable(name: string, error: unknown): DataError {
  const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
  return new DataError(
    `${name}: could not be decoded (${reason}). Use a complete PNG, JPEG or WebP file of at most ` +
      `${MAX_PIXELS / 1e6} megapixels.`,
    { name, reason },
    error,
  );
}

async function rawOf(picture: Sharp, channels: 1 | 3, name: string): Promise<RawImage> {
  const coloured = channels === 1 ? picture.toColourspace("b-w") : picture.toColourspace("srgb");
  try {
    const { data, info } = await coloured.raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
    return { data, channels: info.channels, height: info.height, width: info.width };
  } catch (error) {
    throw undecodable(name, error);
  }
}

interface RawImage {
  /** Pixel after pixel, the channels of each together. */
  readonly data: Uint8Array;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** Channels apart: H×W×C bytes to C×H×W, taking the first `channels` of each pixel. */
function toPlanes({ data, channels: stride, height, width }: RawImage, channels: number): Uint8Array {
  const planes = new Uint8Array(channels * height * width);
  const plane = height * width;
  for (let channel = 0; channel < channels; channel++) {
    for (let at = 0; at < plane; at++) planes[channel * plane + at] = data[at * stride + channel]!;
  }
  return planes;
}

/**
 * Decodes a picture, given by path or as the file's bytes, to C×H×W bytes of the wanted form. Throws `DataError` where
 * it is no PNG, JPEG or WebP, damaged, or over 100 megapixels; `name` stands for it in messages.
 */
export async function decodeImage(
  source: string | Uint8Array,
  form: ImageForm,
  name: string = typeof source === "string" ? source : "picture",
): Promise<Uint8Array> {
  const { channels, height, width, fit = "cover", like } = form;
  const { picture, isGrey } = await openWith(source, name);
  if (like === undefined) {
    const resized = picture.resize({ width, height, fit, background: "#ffffff" });
    return toPlanes(await rawOf(resized, channels, name), channels);
  }
  const raw = await rawOf(picture, channels, name);
  const isOther = raw.height !== height || raw.width !== width;
  if (isOther || (channels === 1 && !isGrey)) {
    const found = isOther ? `is ${raw.height}×${raw.width}` : "has colours";
    throw new DataError(
      `${name}: the picture ${found}, ${like} is ${height}×${width}${channels === 1 ? " and grey" : ""}. ` +
        `Say what all are to become (height and width in pixels): --size ${isOther ? "" : "3x"}${height}x${width}.`,
      { name, like, shape: [isGrey ? 1 : 3, raw.height, raw.width], wanted: [channels, height, width] },
    );
  }
  return toPlanes(raw, channels);
}

/** The form a picture has: grey or RGB, its height and width. Throws as `decodeImage` does. */
export async function pictureForm(source: string | Uint8Array, name: string): Promise<ImageForm> {
  const { picture, isGrey } = await openWith(source, name);
  const channels = isGrey ? 1 : 3;
  const { height, width } = await rawOf(picture, channels, name);
  return { channels, height, width, like: name };
}

/**
 * Decodes a photo or drawing of one digit and makes it look like MNIST's images: 28×28 grey, see `prepareDigit`.
 * Throws `DataError` where it cannot be decoded or is blank.
 */
export async function readDigit(
  source: string | Uint8Array,
  name: string = typeof source === "string" ? source : "picture",
): Promise<Uint8Array> {
  const { picture } = await openWith(source, name);
  // More pixels than this only cost time: a digit is brought to 20×20 in the end.
  const small = picture.resize({ width: 512, height: 512, fit: "inside", withoutEnlargement: true });
  const raw = await rawOf(small, 1, name);
  return prepareDigit(
    { pixels: toPlanes(raw, 1), height: raw.height, width: raw.width },
    { pictureName: name },
  );
}
