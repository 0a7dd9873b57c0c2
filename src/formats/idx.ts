// The IDX format of MNIST: a big-endian header, then one unsigned byte an element. Works on bytes already unpacked;
// knows nothing of files, gzip or data sets.
import { FormatError } from "../base/errors.ts";
import { faultIn } from "./fault.ts";

const LABEL_MAGIC = 2049;
const IMAGE_MAGIC = 2051;
const LABEL_HEADER = 8;
const IMAGE_HEADER = 16;
const CURE = "Fetch the file again, or check that it is the right one.";

/** Grey images from an IDX file, as `count` planes of `height`×`width` bytes, row by row. */
export interface IdxImages {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly images: Uint8Array;
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Checks magic and length of the header; `kind` names what the file should hold. */
function checkHeader(bytes: Uint8Array, file: string, magic: number, header: number, kind: string): DataView {
  if (bytes.length < header) {
    const found = `${bytes.length} bytes`;
    throw faultIn(file, {
      what: "IDX header is cut short",
      where: "byte 0",
      expected: `${header} bytes`,
      actual: found,
      cure: CURE,
    });
  }
  const view = viewOf(bytes);
  const actual = view.getUint32(0);
  if (actual !== magic) {
    const other = actual === LABEL_MAGIC ? " (labels)" : actual === IMAGE_MAGIC ? " (images)" : "";
    throw faultIn(file, {
      what: "wrong IDX magic number",
      where: "byte 0",
      expected: `${magic} (${kind})`,
      actual: `${actual}${other}`,
      cure: "Check that images and labels are not mixed up and that the file is unpacked IDX data.",
    });
  }
  return view;
}

function checkBody(bytes: Uint8Array, file: string, header: number, size: number, meaning: string): void {
  const actual = bytes.length - header;
  if (actual === size) return;
  throw faultIn(file, {
    what: actual < size ? "IDX data is truncated" : "IDX data is followed by bytes that do not belong to it",
    where: `byte ${header + Math.min(actual, size)}`,
    expected: `${size} bytes (${meaning})`,
    actual: `${actual} bytes`,
    cure: CURE,
  });
}

/** Reads an IDX image file (magic 2051); the images are a view of `bytes`. Throws `FormatError`. */
export function decodeIdxImages(bytes: Uint8Array, file = "IDX images"): IdxImages {
  const view = checkHeader(bytes, file, IMAGE_MAGIC, IMAGE_HEADER, "images");
  const [count, height, width] = [view.getUint32(4), view.getUint32(8), view.getUint32(12)];
  if (height === 0 || width === 0) {
    throw faultIn(file, {
      what: "IDX images have no pixels",
      where: "bytes 8 to 15",
      expected: "height and width above 0",
      actual: `${height}×${width}`,
      cure: CURE,
    });
  }
  // 2³²×2³²×2³² does not fit a double exactly, but then it is not equal to the length of any array either.
  checkBody(bytes, file, IMAGE_HEADER, count * height * width, `${count} images of ${height}×${width}`);
  return { count, height, width, images: bytes.subarray(IMAGE_HEADER) };
}

/** Reads an IDX label file (magic 2049); the labels are a view of `bytes`. Throws `FormatError`. */
export function decodeIdxLabels(bytes: Uint8Array, file = "IDX labels"): Uint8Array {
  const count = checkHeader(bytes, file, LABEL_MAGIC, LABEL_HEADER, "labels").getUint32(4);
  checkBody(bytes, file, LABEL_HEADER, count, `${count} labels`);
  return bytes.subarray(LABEL_HEADER);
}

/** Writes grey images as an IDX file; throws `FormatError` where the sizes do not multiply to the bytes given. */
export function encodeIdxImages({ count, height, width, images }: IdxImages): Uint8Array {
  if (images.length !== count * height * width) {
    throw new FormatError(
      `encodeIdxImages: ${count} images of ${height}×${width} take ${count * height * width} bytes, there are ` +
        `${images.length}. Give one byte a pixel.`,
      { count, height, width, actual: images.length },
    );
  }
  const bytes = new Uint8Array(IMAGE_HEADER + images.length);
  const view = viewOf(bytes);
  [IMAGE_MAGIC, count, height, width].forEach((value, index) => {
    view.setUint32(4 * index, value);
  });
  bytes.set(images, IMAGE_HEADER);
  return bytes;
}

/** Writes labels as an IDX file. */
export function encodeIdxLabels(labels: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(LABEL_HEADER + labels.length);
  const view = viewOf(bytes);
  view.setUint32(0, LABEL_MAGIC);
  view.setUint32(4, labels.length);
  bytes.set(labels, LABEL_HEADER);
  return bytes;
}
