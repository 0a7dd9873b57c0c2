// CIFAR-10 batches: the round trip, parts of records, labels out of range.
import { describe, expect, it } from "vitest";
import { FormatError } from "../base/errors.ts";
import { CIFAR_RECORD, decodeCifar, encodeCifar } from "./cifar.ts";

const images = Uint8Array.from({ length: 2 * 3072 }, (_, i) => i % 251);
const batch = encodeCifar(images, Uint8Array.of(6, 9));

describe("CIFAR batch", () => {
  it("puts each label before its three planes", () => {
    expect(batch.length).toBe(2 * CIFAR_RECORD);
    expect([batch[0], batch[1], batch[CIFAR_RECORD], batch[CIFAR_RECORD + 1]]).toEqual([6, 0, 9, 3072 % 251]);
  });

  it("reads back what it wrote", () => {
    expect(decodeCifar(batch)).toEqual({ count: 2, images, labels: Uint8Array.of(6, 9) });
  });

  it("refuses a part of a record and an empty file", () => {
    expect(() => decodeCifar(batch.subarray(0, 4000), "b.bin")).toThrow(
      "b.bin: CIFAR batch does not hold whole records (byte 3073): expected a multiple of 3073 bytes, " +
        "found 4000 bytes (927 over).",
    );
    expect(() => decodeCifar(new Uint8Array(0))).toThrow(FormatError);
  });

  it("refuses a label above 9, with its place", () => {
    const bad = batch.slice();
    bad[CIFAR_RECORD] = 10;
    expect(() => decodeCifar(bad, "b.bin")).toThrow(
      "b.bin: label out of range (record 1, byte 3073): expected 0 to 9, found 10.",
    );
  });

  it("refuses to write another number of labels than images", () => {
    expect(() => encodeCifar(images, Uint8Array.of(1))).toThrow("1 labels need 3072 bytes");
  });
});
