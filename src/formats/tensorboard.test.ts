// TensorBoard's event files: the bytes that TensorFlow writes, events read back, and files that are damaged.
import { describe, expect, it } from "vitest";
import { FormatError } from "../base/errors.ts";
import {
  beginTensorBoardFile,
  decodeTensorBoard,
  encodeTensorBoardEvent,
  type TensorBoardEvent,
} from "./tensorboard.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const together = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

const histogram = {
  ...{ min: -1, max: 2, count: 6, sum: 3.5, sumOfSquares: 9.25 },
  ...{ limits: [-0.5, 0, 0.5, 2], counts: [1, 2, 0, 3] },
};
const events: TensorBoardEvent[] = [
  { wallTime: 1_700_000_000.25, step: 12, scalars: { "train/loss": 0.5, learning_rate: 0.0625 } },
  { wallTime: 1_700_000_001, step: 2 ** 40, scalars: { "épreuve/✓": -1.5 } },
  { wallTime: 1_700_000_002, step: 13, histograms: { "0.weight": histogram }, scalars: { x: Number.NaN } },
];

describe("a file", () => {
  it("begins as TensorFlow's do", () => {
    // Event { wall_time: 1.0, file_version: "brain.Event:2" }: 24 bytes, whose masked sum is 0x224b7fa3.
    const head = hex(beginTensorBoardFile(1)).slice(0, 2 * (12 + 24));
    expect(head).toBe(
      "1800000000000000a37f4b22" +
        "09000000000000f03f" +
        `1a0d${hex(new TextEncoder().encode("brain.Event:2"))}`,
    );
  });
  it("holds a scalar as its protocol buffer says", () => {
    const bytes = encodeTensorBoardEvent({ wallTime: 1, step: 3, scalars: { a: 1 } });
    // Event { 1: 1.0, 2: 3, 5: Summary { 1: Value { 1: "a", 2: 1.0f } } }.
    expect(hex(bytes.subarray(12, -4))).toBe(
      "09000000000000f03f" + "1003" + "2a0a" + "0a08" + "0a0161" + "150000803f",
    );
  });
  it("is read back to the same events", () => {
    const bytes = together(beginTensorBoardFile(7, 5), ...events.map(encodeTensorBoardEvent));
    expect(decodeTensorBoard(bytes)).toEqual([
      { wallTime: 7, step: 0, version: "brain.Event:2" },
      { wallTime: 7, step: 5, isStart: true },
      ...events,
    ]);
    expect(decodeTensorBoard(new Uint8Array(0))).toEqual([]);
  });
});

describe("a damaged file", () => {
  const bytes = encodeTensorBoardEvent(events[2]!);
  it("is refused where it is cut", () => {
    for (let length = 1; length < bytes.length; length++) {
      expect(() => decodeTensorBoard(bytes.subarray(0, length)), `${length}`).toThrow(FormatError);
    }
  });
  it("is refused where any bit is flipped, and takes no memory for a length that is not there", () => {
    for (let i = 0; i < 8 * bytes.length; i++) {
      const changed = bytes.slice();
      changed[i >> 3]! ^= 1 << (i & 7);
      expect(() => decodeTensorBoard(changed, "tfevents"), `bit ${i}`).toThrow(/^tfevents: /);
    }
  });
});
