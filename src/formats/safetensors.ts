// The safetensors format: a JSON header of names, types, shapes and offsets, then the tensors' bytes, little-endian.
// Trusts nothing it reads and takes no memory before sizes are checked. Knows nothing of models or files.
// Layout: https://github.com/huggingface/safetensors#format
import { FormatError } from "../base/errors.ts";
import { faultIn } from "./fault.ts";
import { bfloat16ToFloat32, float16ToFloat32 } from "./half-floats.ts";
import { findDuplicateKey } from "./json-keys.ts";

/** Largest header accepted, the limit of the reference implementation. */
export const MAX_HEADER_BYTES = 100_000_000;
const LENGTH_BYTES = 8;
const METADATA = "__metadata__";
const MAX_RANK = 64;
const CURE = "The file is damaged or was cut short; save or fetch it again.";

/** The typed array that holds each element type. F16 and BF16 are widened to F32 on reading. */
export interface SafeArrays {
  F32: Float32Array;
  F64: Float64Array;
  I32: Int32Array;
  I64: BigInt64Array;
  U8: Uint8Array;
  BOOL: Uint8Array;
}

/** Element types that can be held in memory and written. */
export type SafeDType = keyof SafeArrays;

/** One named tensor: element type, shape, and its elements in row-major order. */
export type SafeTensor = {
  [T in SafeDType]: { readonly dtype: T; readonly shape: readonly number[]; readonly data: SafeArrays[T] };
}[SafeDType];

/** What a safetensors file holds; tensors stand in the order of the header. */
export interface SafeTensors {
  readonly tensors: Map<string, SafeTensor>;
  readonly metadata: Record<string, string>;
}

const BYTES: Readonly<Record<SafeDType | "F16" | "BF16", number>> = {
  ...{ F64: 8, I64: 8, F32: 4, I32: 4, F16: 2, BF16: 2, U8: 1, BOOL: 1 },
};
type StoredDType = keyof typeof BYTES;

interface Entry {
  readonly name: string;
  readonly dtype: StoredDType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

const elementsOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/**
 * Reads a safetensors file. Tensors are views of `bytes` where alignment allows, copies otherwise.
 * Throws `FormatError` for any breach: header size, JSON, duplicate names, unknown types, offsets out of bounds,
 * overlaps, holes, sizes that are not shape × element.
 */
export function decodeSafetensors(bytes: Uint8Array, file = "safetensors"): SafeTensors {
  const headerLength = checkHeaderLength(bytes, file);
  const start = LENGTH_BYTES + headerLength;
  const header = parseHeader(bytes.subarray(LENGTH_BYTES, start), file);
  const entries: Entry[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(header)) {
    if (name === METADATA) metadata = checkMetadata(value, file);
    else entries.push(checkEntry(name, value, file));
  }
  checkCoverage(entries, bytes.length - start, file);
  const tensors = new Map<string, SafeTensor>();
  for (const entry of entries) {
    tensors.set(entry.name, tensorOf(entry, bytes.subarray(start + entry.begin, start + entry.end), file));
  }
  return { tensors, metadata };
}

function checkHeaderLength(bytes: Uint8Array, file: string): number {
  const short = (expected: string): FormatError =>
    faultIn(file, {
      what: "safetensors file is too short",
      where: "byte 0",
      expected,
      actual: `${bytes.length} bytes`,
      cure: CURE,
    });
  if (bytes.length < LENGTH_BYTES) throw short(`at least ${LENGTH_BYTES} bytes`);
  const length = new DataView(bytes.buffer, bytes.byteOffset, LENGTH_BYTES).getBigUint64(0, true);
  if (length > MAX_HEADER_BYTES) {
    throw faultIn(file, {
      what: "safetensors header is too large",
      where: "byte 0",
      expected: `at most ${MAX_HEADER_BYTES} bytes`,
      actual: `${length} bytes`,
      cure: "This is probably not a safetensors file.",
    });
  }
  if (LENGTH_BYTES + Number(length) > bytes.length) throw short(`a header of ${length} bytes`);
  return Number(length);
}

function parseHeader(bytes: Uint8Array, file: string): Record<string, unknown> {
  const fail = (expected: string, actual: string, cause?: unknown): FormatError =>
    faultIn(
      file,
      {
        what: "safetensors header is not valid",
        where: `byte ${LENGTH_BYTES}`,
        expected,
        actual,
        cure: CURE,
      },
      cause,
    );
  if (bytes[0] !== 0x7b)
    throw fail("an opening brace", bytes.length ? `byte ${bytes[0]}` : "an empty header");
  let text: string;
  let header: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    header = JSON.parse(text);
  } catch (error) {
    throw fail("a JSON object in UTF-8", error instanceof Error ? error.message : String(error), error);
  }
  const duplicate = findDuplicateKey(text);
  if (duplicate !== undefined) throw fail("each name once", `${JSON.stringify(duplicate)} twice`);
  return header as Record<string, unknown>;
}

function checkMetadata(value: unknown, file: string): Record<string, string> {
  const isRecord = typeof value === "object" && value !== null && !Array.isArray(value);
  const wrong = isRecord ? Object.entries(value).find(([, text]) => typeof text !== "string")?.[0] : "";
  if (isRecord && wrong === undefined) return value as Record<string, string>;
  throw faultIn(file, {
    what: "safetensors metadata is not a table of strings",
    where: METADATA,
    expected: "strings only",
    actual: isRecord ? `another type under ${JSON.stringify(wrong)}` : kindOf(value),
    cure: "Write numbers and tables as JSON text inside the strings.",
  });
}

const kindOf = (value: unknown): string =>
  value === null ? "null" : Array.isArray(value) ? "an array" : `a ${typeof value}`;

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** Checks one header entry by itself: its type, its shape, and that its bytes are shape × element size. */
function checkEntry(name: string, value: unknown, file: string): Entry {
  const where = `tensor ${JSON.stringify(name)}`;
  const fail = (what: string, expected: string | number, actual: unknown, cure = CURE): FormatError =>
    faultIn(file, {
      what,
      where,
      expected,
      actual: typeof actual === "number" ? actual : (JSON.stringify(actual)?.slice(0, 200) ?? "nothing"),
      cure,
    });
  if (typeof value !== "object" || value === null) throw fail("entry is not an object", "an object", value);
  const { dtype, shape, data_offsets: offsets } = value as Record<string, unknown>;
  if (typeof dtype !== "string" || !Object.hasOwn(BYTES, dtype)) {
    const cure = "Convert the tensor to F32 before saving.";
    throw fail("element type is not supported", Object.keys(BYTES).join(", "), dtype, cure);
  }
  if (!Array.isArray(shape) || shape.length > MAX_RANK || !shape.every(isSize)) {
    throw fail("shape is not a list of sizes", `at most ${MAX_RANK} whole numbers from 0 up`, shape);
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) {
    throw fail("offsets are not a pair", "[begin, end] from 0 up", offsets);
  }
  const [begin, end] = offsets as [number, number];
  const size = elementsOf(shape) * BYTES[dtype as StoredDType];
  if (end - begin !== size) {
    throw fail(`bytes do not fit ${dtype} [${shape.join(", ")}]`, size, end - begin);
  }
  return { name, dtype: dtype as StoredDType, shape: shape as number[], begin, end };
}

/** Checks that the tensors cover the data exactly: each byte belongs to one tensor. */
function checkCoverage(entries: readonly Entry[], dataLength: number, file: string): void {
  const ordered = [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end);
  let reached = 0;
  for (const { name, begin, end } of ordered) {
    if (begin !== reached) {
      throw faultIn(file, {
        what: begin < reached ? "tensors overlap" : "there is a hole between tensors",
        where: `tensor ${JSON.stringify(name)}`,
        expected: `begin at ${reached}`,
        actual: begin,
        cure: CURE,
      });
    }
    reached = end;
  }
  if (reached !== dataLength) {
    throw faultIn(file, {
      what: reached > dataLength ? "tensor data is truncated" : "tensor data is followed by other bytes",
      where: ordered.length ? `tensor ${JSON.stringify(ordered.at(-1)?.name)}` : "data",
      expected: `${reached} bytes of data`,
      actual: `${dataLength} bytes`,
      cure: CURE,
    });
  }
}

function tensorOf({ name, dtype, shape }: Entry, bytes: Uint8Array, file: string): SafeTensor {
  const size = BYTES[dtype];
  // A typed array must start at a multiple of its element size.
  const source = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
  const [buffer, offset, length] = [source.buffer, source.byteOffset, source.length / size];
  switch (dtype) {
    case "F32":
      return { dtype, shape, data: new Float32Array(buffer, offset, length) };
    case "F64":
      return { dtype, shape, data: new Float64Array(buffer, offset, length) };
    case "I32":
      return { dtype, shape, data: new Int32Array(buffer, offset, length) };
    case "I64":
      return { dtype, shape, data: new BigInt64Array(buffer, offset, length) };
    case "F16":
      return { dtype: "F32", shape, data: float16ToFloat32(new Uint16Array(buffer, offset, length)) };
    case "BF16":
      return { dtype: "F32", shape, data: bfloat16ToFloat32(new Uint16Array(buffer, offset, length)) };
    case "U8":
      return { dtype, shape, data: new Uint8Array(buffer, offset, length) };
    case "BOOL":
      checkBooleans(source, name, file);
      return { dtype, shape, data: new Uint8Array(buffer, offset, length) };
  }
}

function checkBooleans(bytes: Uint8Array, name: string, file: string): void {
  const at = bytes.findIndex((byte) => byte > 1);
  if (at < 0) return;
  throw faultIn(file, {
    what: "BOOL element is neither 0 nor 1",
    where: `tensor ${JSON.stringify(name)}, element ${at}`,
    expected: "0 or 1",
    actual: bytes[at]!,
    cure: CURE,
  });
}

/** Tensors by name, in the order they shall stand in the header. */
export type NamedTensors = ReadonlyMap<string, SafeTensor> | Readonly<Record<string, SafeTensor>>;

const isMap = (tensors: NamedTensors): tensors is ReadonlyMap<string, SafeTensor> => tensors instanceof Map;

/**
 * Writes tensors and string metadata as a safetensors file with the data aligned to 8 bytes.
 * Throws `FormatError` where a shape does not fit its data or the name is reserved.
 */
export function encodeSafetensors(tensors: NamedTensors, metadata: Record<string, string> = {}): Uint8Array {
  const named = isMap(tensors) ? [...tensors] : Object.entries(tensors);
  for (const [name, tensor] of named) checkTensor(name, tensor);
  // Wide elements first, as the reference does: then every tensor starts at a multiple of its element size.
  const ordered = [...named].sort(([, a], [, b]) => BYTES[b.dtype] - BYTES[a.dtype]);
  const begins = new Map<string, number>();
  let dataLength = 0;
  for (const [name, { data }] of ordered) {
    begins.set(name, dataLength);
    dataLength += data.byteLength;
  }
  const header = encodeHeader(named, begins, metadata);
  const bytes = new Uint8Array(LENGTH_BYTES + header.length + dataLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, LENGTH_BYTES);
  for (const [name, { data }] of named) {
    const source = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    bytes.set(source, LENGTH_BYTES + header.length + begins.get(name)!);
  }
  return bytes;
}

function checkTensor(name: string, { dtype, shape, data }: SafeTensor): void {
  if (name === METADATA) {
    throw new FormatError(`encodeSafetensors: the name ${METADATA} is reserved. Rename the tensor.`, {
      name,
    });
  }
  if (!shape.every(isSize) || elementsOf(shape) * BYTES[dtype] !== data.byteLength) {
    throw new FormatError(
      `encodeSafetensors: tensor "${name}" of ${dtype} [${shape.join(", ")}] needs ` +
        `${elementsOf(shape) * BYTES[dtype]} bytes, its data has ${data.byteLength}. Give the shape of the data.`,
      { name, dtype, shape, actual: data.byteLength },
    );
  }
}

/** The header as UTF-8 JSON, padded with blanks so that the data begins at a multiple of 8. */
function encodeHeader(
  named: readonly (readonly [string, SafeTensor])[],
  begins: ReadonlyMap<string, number>,
  metadata: Record<string, string>,
): Uint8Array {
  const fields = named.map(([name, { dtype, shape, data }]) => {
    const begin = begins.get(name)!;
    const entry = { dtype, shape, data_offsets: [begin, begin + data.byteLength] };
    return `${JSON.stringify(name)}:${JSON.stringify(entry)}`;
  });
  if (Object.keys(metadata).length) fields.unshift(`"${METADATA}":${JSON.stringify(metadata)}`);
  const json = new TextEncoder().encode(`{${fields.join(",")}}`);
  const padded = new Uint8Array(Math.ceil(json.length / 8) * 8).fill(0x20);
  if (padded.length > MAX_HEADER_BYTES) {
    throw new FormatError(
      `encodeSafetensors: the header takes ${padded.length} bytes, at most ${MAX_HEADER_BYTES} are allowed. ` +
        "Shorten the metadata or write several files.",
      { actual: padded.length },
    );
  }
  padded.set(json);
  return padded;
}
