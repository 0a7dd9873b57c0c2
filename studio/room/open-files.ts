// Data sets from files given to the page: MNIST's IDX files, packed or not, and folders of pictures, a folder a class.
// Runs in the worker; trusts nothing it reads.
import { DataError } from "nabla";
import { checkImageSet, type ImageSet } from "nabla/data";
import { decodeIdxImages, decodeIdxLabels, type IdxImages } from "nabla/formats";

/** A file that the user gave, with its path below the folder that was given. */
export interface GivenFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Pictures of a folder are brought to this many pixels each way. */
const SIDE = 32;
const MOST_PICTURES = 20_000;
const PICTURE = /\.(png|jpe?g|webp|gif|bmp|avif)$/i;

const magicOf = (bytes: Uint8Array): number =>
  bytes.length < 4 ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
const IDX_IMAGES = 0x803;
const IDX_LABELS = 0x801;

async function unpacked({ path, bytes }: GivenFile): Promise<GivenFile> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return { path, bytes };
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>])
    .stream()
    .pipeThrough(new DecompressionStream("gzip"));
  return { path, bytes: new Uint8Array(await new Response(stream).arrayBuffer()) };
}

/** The set in these files, and one for validation where they hold one. */
export async function readFiles(
  given: readonly GivenFile[],
): Promise<{ train: ImageSet; validation?: ImageSet | undefined }> {
  const pictures = given.filter(({ path }) => PICTURE.test(path));
  if (pictures.length > 0) return { train: await readPictures(pictures) };
  const files = await Promise.all(given.map(unpacked));
  const images = files.filter(({ bytes }) => magicOf(bytes) === IDX_IMAGES);
  const labels = files.filter(({ bytes }) => magicOf(bytes) === IDX_LABELS);
  if (images.length === 0 || labels.length === 0) {
    throw new DataError(
      `files: ${given.length} files hold ${images.length} sets of images and ${labels.length} of labels. ` +
        "Give MNIST's images and labels (idx3-ubyte and idx1-ubyte, packed or not), or a folder with a folder of pictures for each class.",
    );
  }
  const sets = images.map((file) => setOf(file, labels)).sort((a, b) => b.labels.length - a.labels.length);
  return { train: sets[0]!, validation: sets[1] };
}

/** The images of a file with the labels that are as many, those with the likest name first. */
function setOf({ path, bytes }: GivenFile, labels: readonly GivenFile[]): ImageSet {
  const pictures: IdxImages = decodeIdxImages(bytes, path);
  const isNamedAlike = (file: GivenFile): boolean => file.path.slice(0, 4) === path.slice(0, 4);
  const fitting = labels
    .map((file) => ({ file, labels: decodeIdxLabels(file.bytes, file.path) }))
    .filter((each) => each.labels.length === pictures.count)
    .sort((a, b) => Number(isNamedAlike(b.file)) - Number(isNamedAlike(a.file)))[0];
  if (fitting === undefined) {
    throw new DataError(
      `${path}: there are ${pictures.count} images and no file with as many labels. Give the labels that belong to it.`,
      { path, count: pictures.count },
    );
  }
  const most = fitting.labels.reduce((max, label) => Math.max(max, label), 0);
  const classes = Array.from({ length: Math.max(2, most + 1) }, (_, label) => String(label));
  const { images, height, width } = pictures;
  return checkImageSet({ images, labels: fitting.labels, shape: [1, height, width], classes }, path);
}

const classOf = (path: string): string => path.split("/").at(-2) ?? "";

async function readPictures(files: readonly GivenFile[]): Promise<ImageSet> {
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
  const pixels = SIDE * SIDE;
  const images = new Uint8Array(files.length * 3 * pixels);
  const context = new OffscreenCanvas(SIDE, SIDE).getContext("2d", { willReadFrequently: true })!;
  for (const [index, { path, bytes }] of files.entries()) {
    const picture = await createImageBitmap(new Blob([bytes as Uint8Array<ArrayBuffer>])).catch(() => {
      throw new DataError(`${path}: is no picture that this browser reads. Take it out, or save it as PNG.`, {
        path,
      });
    });
    // The middle square, so that nothing is squeezed.
    const side = Math.min(picture.width, picture.height);
    const [left, top] = [(picture.width - side) / 2, (picture.height - side) / 2];
    context.clearRect(0, 0, SIDE, SIDE);
    context.drawImage(picture, left, top, side, side, 0, 0, SIDE, SIDE);
    picture.close();
    const { data } = context.getImageData(0, 0, SIDE, SIDE);
    for (let i = 0; i < pixels; i++) {
      for (let channel = 0; channel < 3; channel++) {
        images[(index * 3 + channel) * pixels + i] = data[i * 4 + channel]!;
      }
    }
  }
  const labels = Uint8Array.from(files, ({ path }) => classes.indexOf(classOf(path)));
  return { images, labels, shape: [3, SIDE, SIDE], classes };
}
