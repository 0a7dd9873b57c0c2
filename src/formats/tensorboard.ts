// TensorBoard's event files: records of TFRecord, each framed by its length and masked CRC-32C sums, that hold protocol
// buffers of Event. Trusts nothing it reads. Knows nothing of training or of file systems.
// Layout: tensorflow/core/lib/io/record_writer.h and tensorflow/core/util/event.proto of TensorFlow.
import { crc32c } from "./crc32.ts";
import { faultIn } from "./fault.ts";

/** A distribution: limits[i] is the upper end of the bin with counts[i] values. */
export interface EventHistogram {
  readonly min: number;
  readonly max: number;
  readonly count: number;
  readonly sum: number;
  readonly sumOfSquares: number;
  readonly limits: readonly number[];
  readonly counts: readonly number[];
}

/** One event: what was measured at a step, at a time in seconds since 1970. */
export interface TensorBoardEvent {
  readonly wallTime: number;
  readonly step: number;
  /** Numbers by tag, as in `validation/loss`. */
  readonly scalars?: Readonly<Record<string, number>>;
  readonly histograms?: Readonly<Record<string, EventHistogram>>;
  /** Present in the first event of a file. */
  readonly version?: string;
  /** True where a run begins or goes on: what other files say of this step and later ones no longer holds. */
  readonly isStart?: boolean;
}

const VERSION = "brain.Event:2";
const [VARINT, FIXED64, BYTES, FIXED32] = [0, 1, 2, 5];
const HEADER = 12;
const FOOTER = 4;
const CURE = "The file is damaged or was cut short; write it again.";

/** CRC-32C, rotated and moved, so that sums of data that holds sums are no special case. */
const masked = (bytes: Uint8Array): number => {
  const sum = crc32c(bytes);
  return (((sum >>> 15) | (sum << 17)) + 0xa282ead8) >>> 0;
};

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Uint8Array.from([...bytes, rest]);
}

const field = (tag: number, type: number, content: Uint8Array): Uint8Array =>
  joined([varint(tag * 8 + type), content]);
const bytesField = (tag: number, content: Uint8Array): Uint8Array =>
  field(tag, BYTES, joined([varint(content.length), content]));
const textField = (tag: number, text: string): Uint8Array => bytesField(tag, new TextEncoder().encode(text));

function doubles(...values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * values.length));
  for (const [i, value] of values.entries()) view.setFloat64(8 * i, value, true);
  return new Uint8Array(view.buffer);
}

function float(value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value, true);
  return new Uint8Array(view.buffer);
}

const histogramBytes = ({ min, max, count, sum, sumOfSquares, limits, counts }: EventHistogram): Uint8Array =>
  joined([
    ...[min, max, count, sum, sumOfSquares].map((value, i) => field(i + 1, FIXED64, doubles(value))),
    bytesField(6, doubles(...limits)),
    bytesField(7, doubles(...counts)),
  ]);

function eventBytes({ wallTime, step, scalars, histograms, version, isStart }: TensorBoardEvent): Uint8Array {
  const values = [
    ...Object.entries(scalars ?? {}).map(([tag, value]) =>
      joined([textField(1, tag), field(2, FIXED32, float(value))]),
    ),
    ...Object.entries(histograms ?? {}).map(([tag, value]) =>
      joined([textField(1, tag), bytesField(5, histogramBytes(value))]),
    ),
  ];
  return joined([
    field(1, FIXED64, doubles(wallTime)),
    ...(step === 0 ? [] : [field(2, VARINT, varint(step))]),
    ...(version === undefined ? [] : [textField(3, version)]),
    ...(values.length === 0 ? [] : [bytesField(5, joined(values.map((value) => bytesField(1, value))))]),
    ...(isStart === true ? [bytesField(7, field(1, VARINT, varint(1)))] : []),
  ]);
}

/** Length as 64 bits, its sum, the data, their sum. */
function record(data: Uint8Array): Uint8Array {
  const head = new DataView(new ArrayBuffer(HEADER));
  head.setUint32(0, data.length, true);
  head.setUint32(8, masked(new Uint8Array(head.buffer, 0, 8)), true);
  const foot = new DataView(new ArrayBuffer(FOOTER));
  foot.setUint32(0, masked(data), true);
  return joined([new Uint8Array(head.buffer), data, new Uint8Array(foot.buffer)]);
}

/** The record of one event, to be added to a file. */
export const encodeTensorBoardEvent = (event: TensorBoardEvent): Uint8Array => record(eventBytes(event));

/** What a file begins with: the version of the format, and that a run begins, or goes on, at `step`. */
export const beginTensorBoardFile = (wallTime: number, step = 0): Uint8Array =>
  joined([
    encodeTensorBoardEvent({ wallTime, step: 0, version: VERSION }),
    encodeTensorBoardEvent({ wallTime, step, isStart: true }),
  ]);

/** The events in a file's bytes. Throws `FormatError` where a length or a sum is wrong, or an event is none. */
export function decodeTensorBoard(bytes: Uint8Array, file = "events"): TensorBoardEvent[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const events: TensorBoardEvent[] = [];
  let at = 0;
  const check = (what: string, expected: number, actual: number): void => {
    if (expected === actual) return;
    throw faultIn(file, { what, where: `record ${events.length}, byte ${at}`, expected, actual, cure: CURE });
  };
  while (at < bytes.length) {
    if (at + HEADER > bytes.length) check("is cut short", HEADER, bytes.length - at);
    const length = view.getUint32(at, true) + 2 ** 32 * view.getUint32(at + 4, true);
    check("sum of the length", masked(bytes.subarray(at, at + 8)), view.getUint32(at + 8, true));
    const end = at + HEADER + length;
    if (end + FOOTER > bytes.length) check("is cut short", length, bytes.length - at - HEADER - FOOTER);
    const data = bytes.subarray(at + HEADER, end);
    check("sum of the data", masked(data), view.getUint32(end, true));
    events.push(
      readEvent(data, (expected) => {
        const where = `record ${events.length}, byte ${at}`;
        throw faultIn(file, { what: "event", where, expected, actual: "other bytes", cure: CURE });
      }),
    );
    at = end + FOOTER;
  }
  return events;
}

/** The fields of a message: numbers as they are, all else as bytes. */
function fieldsOf(
  data: Uint8Array,
  fail: (expected: string) => never,
): [tag: number, value: number | Uint8Array][] {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const found: [number, number | Uint8Array][] = [];
  let at = 0;
  const number = (): number => {
    for (let [value, scale] = [0, 1]; at < data.length; scale *= 128) {
      const byte = data[at++]!;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    return fail("a number that ends");
  };
  while (at < data.length) {
    const key = number();
    const type = key % 8;
    const width = type === FIXED64 ? 8 : type === FIXED32 ? 4 : type === BYTES ? number() : 0;
    if (![VARINT, FIXED64, BYTES, FIXED32].includes(type) || at + width > data.length)
      fail("a field that fits");
    const value =
      type === VARINT
        ? number()
        : type === FIXED64
          ? view.getFloat64(at, true)
          : type === FIXED32
            ? view.getFloat32(at, true)
            : data.subarray(at, at + width);
    at += width;
    found.push([Math.floor(key / 8), value]);
  }
  return found;
}

const textOf = (value: number | Uint8Array | undefined): string =>
  value instanceof Uint8Array ? new TextDecoder().decode(value) : "";

function doublesOf(value: number | Uint8Array | undefined): number[] {
  if (!(value instanceof Uint8Array)) return [];
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  return Array.from({ length: Math.floor(value.length / 8) }, (_, i) => view.getFloat64(8 * i, true));
}

function readEvent(data: Uint8Array, fail: (expected: string) => never): TensorBoardEvent {
  const fields = new Map(fieldsOf(data, fail));
  const inside = (value: number | Uint8Array | undefined) =>
    value instanceof Uint8Array ? fieldsOf(value, fail) : [];
  const scalars: [string, number][] = [];
  const histograms: [string, EventHistogram][] = [];
  for (const [, value] of inside(fields.get(5))) {
    const own = new Map(inside(value));
    const scalar = own.get(2);
    if (typeof scalar === "number") scalars.push([textOf(own.get(1)), scalar]);
    if (own.has(5)) histograms.push([textOf(own.get(1)), readHistogram(new Map(inside(own.get(5))))]);
  }
  const version = fields.get(3);
  return {
    wallTime: Number(fields.get(1) ?? 0),
    step: Number(fields.get(2) ?? 0),
    ...(scalars.length > 0 && { scalars: Object.fromEntries(scalars) }),
    ...(histograms.length > 0 && { histograms: Object.fromEntries(histograms) }),
    ...(version !== undefined && { version: textOf(version) }),
    ...(fields.has(7) && { isStart: true }),
  };
}

function readHistogram(fields: ReadonlyMap<number, number | Uint8Array>): EventHistogram {
  const [min = 0, max = 0, count = 0, sum = 0, sumOfSquares = 0] = [1, 2, 3, 4, 5].map((tag) =>
    Number(fields.get(tag) ?? 0),
  );
  const lists = { limits: doublesOf(fields.get(6)), counts: doublesOf(fields.get(7)) };
  return { min, max, count, sum, sumOfSquares, ...lists };
}
