// Decodes one picture file (PNG, JPEG, WebP) into bytes of a wanted size. Knows nothing of data sets or labels.
import { readFile, stat } from "node:fs/promises";
import type { Metadata, Sharp } from "sharp";
import { DataError } from "../base/errors.ts";
import { prepareDigit } from "./prepare-digit.ts";

// 100 megapixels: a phone's photo fits, a picture made to exhaust memory does not.
const MAX_PIXELS = 100_000_000;
// A picture of so many pixels takes less in each of the formats, so a larger file is none.
const MAX_FILE_BYTES = 4 * MAX_PIXELS;

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

/** The format that a file's first bytes tell of; asking the decoder would have it begin twice. */
function formatOf(bytes: Uint8Array): "png" | "jpeg" | "webp" | undefined {
  const begins = (...start: readonly number[]): boolean => start.every((byte, at) => bytes[at] === byte);
  if (begins(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return "png";
  if (begins(0xff, 0xd8, 0xff)) return "jpeg";
  const isWebp = begins(0x52, 0x49, 0x46, 0x46) && new TextDecoder().decode(bytes.subarray(8, 12)) === "WEBP";
  return isWebp ? "webp" : undefined;
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

async function openWith(source: string | Uint8Array, name: string): Promise<Sharp> {
  const sharp = await loadSharp(name);
  const bytes = typeof source === "string" ? await readPicture(source, name) : source;
  const picture = sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: "warning" });
  if (formatOf(bytes) === undefined) {
    const { format = "unknown" } = await metadataOf(picture, name);
    throw new DataError(`${name}: the picture is of type ${format}. Convert it to PNG, JPEG or WebP.`, {
      name,
      format,
    });
  }
  // Turned upright as its EXIF data says; transparent parts become white paper; 16 bits become 8.
  return picture.rotate().flatten({ background: "#ffffff" });
}

async function metadataOf(picture: Sharp, name: string): Promise<Metadata> {
  try {
    return await picture.metadata();
  } catch (error) {
    throw undecodable(name, error);
  }
}

const isGrey = async (picture: Sharp, name: string): Promise<boolean> =>
  ["b-w", "grey16"].includes((await metadataOf(picture, name)).space);

async function readPicture(path: string, name: string): Promise<Uint8Array> {
  let why = "";
  try {
    const found = await stat(path);
    if (!found.isFile()) why = "is no file";
    else if (found.size > MAX_FILE_BYTES) why = `has ${found.size} bytes, more than any picture`;
    else return await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    why = code === "ENOENT" ? "does not exist" : `cannot be read (${code})`;
  }
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
  const picture = await openWith(source, name);
  if (like === undefined) {
    const resized = picture.resize({ width, height, fit, background: "#ffffff" });
    return toPlanes(await rawOf(resized, channels, name), channels);
  }
  const raw = await rawOf(picture, channels, name);
  const isOther = raw.height !== height || raw.width !== width;
  const hasColours = channels === 1 && !(await isGrey(picture, name));
  if (isOther || hasColours) {
    const found = isOther ? `is ${raw.height}×${raw.width}` : "has colours";
    throw new DataError(
      `${name}: the picture ${found}, ${like} is ${height}×${width}${channels === 1 ? " and grey" : ""}. ` +
        `Say what all are to become (height and width in pixels): --size ${isOther ? "" : "3x"}${height}x${width}.`,
      {
        name,
        like,
        shape: [hasColours ? 3 : channels, raw.height, raw.width],
        wanted: [channels, height, width],
      },
    );
  }
  return toPlanes(raw, channels);
}

/** The form a picture has: grey or RGB, its height and width. Throws as `decodeImage` does. */
export async function pictureForm(source: string | Uint8Array, name: string): Promise<ImageForm> {
  const picture = await openWith(source, name);
  const channels = (await isGrey(picture, name)) ? 1 : 3;
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
  const picture = await openWith(source, name);
  // More pixels than this only cost time: a digit is brought to 20×20 in the end.
  const small = picture.resize({ width: 512, height: 512, fit: "inside", withoutEnlargement: true });
  const raw = await rawOf(small, 1, name);
  return prepareDigit(
    { pixels: toPlanes(raw, 1), height: raw.height, width: raw.width },
    { pictureName: name },
  );
}
