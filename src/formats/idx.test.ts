// IDX files: the round trip, and every way in which one can be wrong.
import { describe, expect, it } from "vitest";
import { FormatError } from "../base/errors.ts";
import { decodeIdxImages, decodeIdxLabels, encodeIdxImages, encodeIdxLabels } from "./idx.ts";

const images = Uint8Array.from({ length: 12 }, (_, i) => 20 * i);
const imageFile = encodeIdxImages({ count: 2, height: 3, width: 2, images });
const labelFile = encodeIdxLabels(Uint8Array.of(7, 2, 1));

/** The file with the big-endian word at `offset` replaced. */
function patched(file: Uint8Array, offset: number, word: number): Uint8Array {
  const copy = file.slice();
  new DataView(copy.buffer).setUint32(offset, word);
  return copy;
}

function failureOf(action: () => unknown): FormatError {
  try {
    action();
  } catch (error) {
    if (error instanceof FormatError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("IDX", () => {
  it("lays out the header as MNIST's files do", () => {
    expect([...imageFile.subarray(0, 16)]).toEqual([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 2]);
    expect([...labelFile]).toEqual([0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1]);
  });

  it("reads back what it wrote, without copying", () => {
    const decoded = decodeIdxImages(imageFile);
    expect(decoded).toEqual({ count: 2, height: 3, width: 2, images });
    expect(decoded.images.buffer).toBe(imageFile.buffer);
    expect([...decodeIdxLabels(labelFile)]).toEqual([7, 2, 1]);
  });

  it("reads a file that starts inside a larger buffer", () => {
    const shifted = new Uint8Array(imageFile.length + 5);
    shifted.set(imageFile, 5);
    expect(decodeIdxImages(shifted.subarray(5)).images).toEqual(images);
  });

  it("refuses a wrong magic number and says what the file is instead", () => {
    const error = failureOf(() => decodeIdxImages(labelFile.slice(0, 11), "a.idx"));
    expect(error.message).toContain(
      "a.idx: IDX header is cut short (byte 0): expected 16 bytes, found 11 bytes",
    );
    const swapped = failureOf(() => decodeIdxLabels(imageFile, "b.idx"));
    expect(swapped.message).toBe(
      "b.idx: wrong IDX magic number (byte 0): expected 2049 (labels), found 2051 (images). " +
        "Check that images and labels are not mixed up and that the file is unpacked IDX data.",
    );
    expect(swapped.fields).toMatchObject({ file: "b.idx", where: "byte 0" });
  });

  it("refuses truncated and oversized files", () => {
    const short = failureOf(() => decodeIdxImages(imageFile.subarray(0, 27), "a.idx"));
    expect(short.message).toContain(
      "a.idx: IDX data is truncated (byte 27): expected 12 bytes (2 images of 3×2), found 11 bytes.",
    );
    const long = failureOf(() => decodeIdxLabels(Uint8Array.of(...labelFile, 0), "b.idx"));
    expect(long.message).toContain("followed by bytes that do not belong to it (byte 11): expected 3 bytes");
  });

  it("refuses sizes far beyond the file before taking memory for them", () => {
    const huge = patched(patched(patched(imageFile, 4, 0xffffffff), 8, 0xffffffff), 12, 0xffffffff);
    expect(failureOf(() => decodeIdxImages(huge)).message).toContain("IDX data is truncated");
    expect(failureOf(() => decodeIdxImages(patched(imageFile, 8, 0))).message).toContain("have no pixels");
  });

  it("refuses to write sizes that do not fit the bytes", () => {
    expect(failureOf(() => encodeIdxImages({ count: 3, height: 2, width: 3, images })).message).toContain(
      "3 images of 2×3 take 18 bytes, there are 12.",
    );
  });
});
