// The binary layout of CIFAR-10: records of one label byte and three 32×32 planes (red, green, blue), no header.
// Works on bytes already unpacked; knows nothing of files or of how batches make a data set.
import { FormatError } from "../base/errors.ts";
import { faultIn } from "./fault.ts";

/** Bytes of one CIFAR-10 record: a label and 3×32×32 pixels. */
export const CIFAR_RECORD = 3073;
/** What its labels stand for. */
export const CIFAR10_CLASSES: readonly string[] = [
  ...["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
];
const PIXELS = CIFAR_RECORD - 1;
const CLASSES = CIFAR10_CLASSES.length;

/** Labelled 3×32×32 images of one CIFAR-10 batch. */
export interface CifarBatch {
  readonly count: number;
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
}

/** Reads a CIFAR-10 batch of any number of records; throws `FormatError` for a part of a record or a label above 9. */
export function decodeCifar(bytes: Uint8Array, file = "CIFAR batch"): CifarBatch {
  const count = Math.floor(bytes.length / CIFAR_RECORD);
  const rest = bytes.length - count * CIFAR_RECORD;
  if (count === 0 || rest !== 0) {
    throw faultIn(file, {
      what: "CIFAR batch does not hold whole records",
      where: `byte ${count * CIFAR_RECORD}`,
      expected: `a multiple of ${CIFAR_RECORD} bytes`,
      actual: `${bytes.length} bytes (${rest} over)`,
      cure: "The file is cut short or is not the binary version; fetch cifar-10-binary.tar.gz again.",
    });
  }
  for (let record = 0; record < count; record++) {
    const label = bytes[record * CIFAR_RECORD]!;
    if (label >= CLASSES) throw wrongLabel(file, record, label);
  }
  const labels = new Uint8Array(count);
  const images = new Uint8Array(count * PIXELS);
  for (let record = 0; record < count; record++) {
    const start = record * CIFAR_RECORD;
    labels[record] = bytes[start]!;
    images.set(bytes.subarray(start + 1, start + CIFAR_RECORD), record * PIXELS);
  }
  return { count, images, labels };
}

const wrongLabel = (file: string, record: number, label: number): FormatError =>
  faultIn(file, {
    what: "label out of range",
    where: `record ${record}, byte ${record * CIFAR_RECORD}`,
    expected: `0 to ${CLASSES - 1}`,
    actual: label,
    cure: "The file is damaged or is not a CIFAR-10 batch; fetch it again.",
  });

/** Writes labelled 3×32×32 images as CIFAR-10 records; throws `FormatError` where their numbers differ. */
export function encodeCifar(images: Uint8Array, labels: Uint8Array): Uint8Array {
  if (images.length !== labels.length * PIXELS) {
    throw new FormatError(
      `encodeCifar: ${labels.length} labels need ${labels.length * PIXELS} bytes of 3×32×32 images, there are ` +
        `${images.length}. Give one image a label.`,
      { labels: labels.length, actual: images.length },
    );
  }
  const bytes = new Uint8Array(labels.length * CIFAR_RECORD);
  labels.forEach((label, record) => {
    bytes[record * CIFAR_RECORD] = label;
    bytes.set(images.subarray(record * PIXELS, (record + 1) * PIXELS), record * CIFAR_RECORD + 1);
  });
  return bytes;
}
