// Pictures of the user's, decoded by the browser and brought to one size: a folder of them as a data set, or one alone.
// Runs in the worker.
import { DataError } from "nabla";
import type { ImageSet } from "nabla/data";
import type { GivenFile } from "./given-file.ts";

type Shape = ImageSet["shape"];

/** Pictures of a folder are brought to this many pixels each way. */
const SIDE = 32;
const MOST_PICTURES = 20_000;
const PICTURE = /\.(png|jpe?g|webp|gif|bmp|avif)$/i;

export const isPicture = ({ path }: GivenFile): boolean => PICTURE.test(path);

/** Draws pictures on one canvas, the middle square of each, so that nothing is squeezed; gives bytes [C, H, W]. */
function makeReader([channels, height, width]: Shape): (file: GivenFile) => Promise<Uint8Array> {
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true })!;
  return async ({ path, bytes }) => {
    const picture = await createImageBitmap(new Blob([bytes as Uint8Array<ArrayBuffer>])).catch(() => {
      throw new DataError(`${path}: is no picture that this browser reads. Take it out, or save it as PNG.`, {
        path,
      });
    });
    const scale = Math.min(picture.width / width, picture.height / height);
    const [across, down] = [width * scale, height * scale];
    const [left, top] = [(picture.width - across) / 2, (picture.height - down) / 2];
    context.clearRect(0, 0, width, height);
    context.drawImage(picture, left, top, across, down, 0, 0, width, height);
    picture.close();
    return planesOf(context.getImageData(0, 0, width, height).data, channels, height * width);
  };
}

/** RGBA pixel by pixel as planes: three colours, or one of grey by the luma of Rec. 601. */
function planesOf(rgba: Uint8ClampedArray, channels: number, pixels: number): Uint8Array {
  const planes = new Uint8Array(channels * pixels);
  for (let i = 0; i < pixels; i++) {
    const [red, green, blue] = [rgba[4 * i]!, rgba[4 * i + 1]!, rgba[4 * i + 2]!];
    const values = channels === 1 ? [0.299 * red + 0.587 * green + 0.114 * blue] : [red, green, blue];
    for (const [channel, value] of values.entries()) planes[channel * pixels + i] = Math.round(value);
  }
  return planes;
}

/** One picture in the shape of a model's images. What is grey lies on black there: dark on light is turned round. */
export async function readPicture(file: GivenFile, shape: Shape): Promise<Uint8Array> {
  const planes = await makeReader(shape)(file);
  const [channels, height, width] = shape;
  if (channels !== 1) return planes;
  const border = planes.filter((_, i) => {
    const [y, x] = [Math.floor(i / width), i % width];
    return y === 0 || x === 0 || y === height - 1 || x === width - 1;
  });
  const mean = border.reduce((sum, value) => sum + value, 0) / border.length;
  return mean > 127 ? planes.map((value) => 255 - value) : planes;
}

const classOf = (path: string): string => path.split("/").at(-2) ?? "";

/** A set of pictures, a class a folder. */
export async function readPictures(files: readonly GivenFile[]): Promise<ImageSet> {
  const classes = [...new Set(files.map(({ path }) => classOf(path)))].sort();
  if (classes.length < 2 || classes.length > 256) {
    throw new DataError(
      `files: the pictures lie in ${classes.length} folders. Give a folder with 2 to 256 folders in it, one a class.`,
      { classes: classes.length },
    );
  }
  if (files.length > MOST_PICTURES) {
    throw new DataError(
      `files: ${files.length} pictures are more than the page takes, ${MOST_PICTURES}. Use nabla train --data for them.`,
      { count: files.length },
    );
  }
  const shape = [3, SIDE, SIDE] as const;
  const size = 3 * SIDE * SIDE;
  const images = new Uint8Array(files.length * size);
  const read = makeReader(shape);
  for (const [index, file] of files.entries()) images.set(await read(file), index * size);
  return {
    images,
    labels: Uint8Array.from(files, ({ path }) => classes.indexOf(classOf(path))),
    shape,
    classes,
  };
}
