// Pictures of the reader's own, from a file or a camera: decoded in the page, brought to a bounded size, made grey.
// They never leave the page.
import type { Picture } from "./compute.ts";

/** Why there is no picture. */
export type Refusal =
  | "notAPicture"
  | "tooLarge"
  | "tooSmall"
  | "cameraRefused"
  | "cameraMissing"
  | "cameraUnsupported";

const MOST = { width: 320, height: 240 };
/** Pictures that follow one another are smaller, so that the page keeps up. */
export const MOST_LIVE = { width: 192, height: 144 };
const LEAST = 8;
const MOST_BYTES = 30e6;

/** The picture in grey, no larger than `most`; undefined where it is too narrow to lay a filter on. */
export function greyPicture(
  source: CanvasImageSource,
  given: { readonly width: number; readonly height: number },
  most = MOST,
): Picture | undefined {
  const scale = Math.min(1, most.width / given.width, most.height / given.height);
  const [width, height] = [Math.round(given.width * scale), Math.round(given.height * scale)];
  if (!(width >= LEAST && height >= LEAST)) return undefined;
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  // What is transparent lies on white.
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, width, height);
  context.drawImage(source, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  // Luma of ITU-R BT.601.
  const values = new Float32Array(width * height);
  for (let i = 0; i < values.length; i++) {
    values[i] = 0.299 * data[4 * i]! + 0.587 * data[4 * i + 1]! + 0.114 * data[4 * i + 2]!;
  }
  return { width, height, values };
}

/** The picture in a file. */
export async function readPicture(file: File): Promise<Picture | Refusal> {
  if (file.size > MOST_BYTES) return "tooLarge";
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    return "notAPicture";
  }
  try {
    return greyPicture(bitmap, bitmap) ?? "tooSmall";
  } finally {
    bitmap.close();
  }
}

/** The camera's stream, if the reader allows it. */
export async function openCamera(): Promise<MediaStream | Refusal> {
  // Browsers hide cameras from pages that came over an open line.
  if (navigator.mediaDevices?.getUserMedia === undefined) return "cameraUnsupported";
  try {
    return await navigator.mediaDevices.getUserMedia({
      video: { width: { ideal: MOST.width }, height: { ideal: MOST.height } },
      audio: false,
    });
  } catch (error) {
    return error instanceof DOMException && error.name === "NotAllowedError"
      ? "cameraRefused"
      : "cameraMissing";
  }
}
