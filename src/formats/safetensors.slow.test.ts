// safetensors: the round trip, files as other programs write them, and every breach of the format.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FormatError } from "../base/errors.ts";
import { decodeSafetensors, encodeSafetensors, type SafeTensor } from "./safetensors.ts";

/** A file with the header given as text and `data` behind it. */
function fileOf(header: string, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const json = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setUint32(0, json.length, true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}

const entry = (dtype: string, shape: number[], begin: number, end: number): string =>
  JSON.stringify({ dtype, shape, data_offsets: [begin, end] });

const tensors: Record<string, SafeTensor> = {
  mask: { dtype: "BOOL", shape: [3], data: Uint8Array.of(1, 0, 1) },
  "0.weight": { dtype: "F32", shape: [2, 2], data: Float32Array.of(1, -2.5, 0, 3e-9) },
  steps: { dtype: "I64", shape: [], data: BigInt64Array.of(-(2n ** 60n)) },
  pixels: { dtype: "U8", shape: [5], data: Uint8Array.of(0, 1, 2, 254, 255) },
  counts: { dtype: "I32", shape: [1, 2], data: Int32Array.of(-1, 2 ** 30) },
  exact: { dtype: "F64", shape: [1], data: Float64Array.of(Math.PI) },
  empty: { dtype: "F32", shape: [0, 4], data: new Float32Array(0) },
};

describe("safetensors round trip", () => {
  it("keeps names, order, types, shapes, values and metadata", () => {
    const decoded = decodeSafetensors(encodeSafetensors(tensors, { format: "nabla", ключ: "∇" }));
    expect([...decoded.tensors.keys()]).toEqual(Object.keys(tensors));
    expect(Object.fromEntries(decoded.tensors)).toEqual(tensors);
    expect(decoded.metadata).toEqual({ format: "nabla", ключ: "∇" });
  });

  it("takes a Map, and writes an empty file where there is nothing", () => {
    const decoded = decodeSafetensors(encodeSafetensors(new Map(Object.entries(tensors))));
    expect(decoded.tensors.size).toBe(7);
    expect(decodeSafetensors(encodeSafetensors({}))).toEqual({ tensors: new Map(), metadata: {} });
  });

  it("aligns the data, so that decoding makes views and not copies", () => {
    const file = encodeSafetensors(tensors);
    expect(Number(new DataView(file.buffer).getBigUint64(0, true)) % 8).toBe(0);
    for (const { data } of decodeSafetensors(file).tensors.values()) expect(data.buffer).toBe(file.buffer);
  });

  it("copies where the file itself lies unaligned in memory", () => {
    const file = encodeSafetensors(tensors);
    const shifted = new Uint8Array(file.length + 1);
    shifted.set(file, 1);
    expect(Object.fromEntries(decodeSafetensors(shifted.subarray(1)).tensors)).toEqual(tensors);
  });

  it("keeps any float32 tensor under any name", () => {
    const values = fc.float32Array({ noNaN: true, maxLength: 20 });
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), values, (name, data) => {
        fc.pre(name !== "__metadata__");
        const file = encodeSafetensors(new Map([[name, { dtype: "F32", shape: [data.length], data }]]));
        expect([...decodeSafetensors(file).tensors]).toEqual([
          [name, { dtype: "F32", shape: [data.length], data }],
        ]);
      }),
    );
  });
});

describe("safetensors of other programs", () => {
  it("is read with an unpadded header and offsets in any order", () => {
    const data = Uint8Array.of(9, 0, 0, 0x80, 0x3f);
    const file = fileOf(`{"b":${entry("F32", [1], 1, 5)},"a":${entry("U8", [1], 0, 1)}}`, data);
    const decoded = decodeSafetensors(file).tensors;
    expect([...decoded.keys()]).toEqual(["b", "a"]);
    expect(decoded.get("b")?.data).toEqual(Float32Array.of(1));
  });

  it("widens F16 and BF16 to F32", () => {
    const half = Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00, 0x7e00, 0x8000);
    const file = fileOf(`{"h":${entry("F16", [7], 0, 14)}}`, new Uint8Array(half.buffer));
    expect(decodeSafetensors(file).tensors.get("h")).toEqual({
      dtype: "F32",
      shape: [7],
      data: Float32Array.of(1, -2, 2 ** -24, 65504, Number.POSITIVE_INFINITY, Number.NaN, -0),
    });
    const brain = Uint16Array.of(0x3f80, 0xc049);
    const other = fileOf(`{"b":${entry("BF16", [2], 0, 4)}}`, new Uint8Array(brain.buffer));
    expect(decodeSafetensors(other).tensors.get("b")?.data).toEqual(Float32Array.of(1, -3.140625));
  });
});

describe("safetensors refuses", () => {
  const two = new Uint8Array(2);
  const cases: [string, Uint8Array, string][] = [
    ["a file without a length", new Uint8Array(5), "expected at least 8 bytes, found 5 bytes"],
    ["a header beyond the file", fileOf("{}").subarray(0, 9), "expected a header of 2 bytes, found 9 bytes"],
    [
      "a header over 100 MB",
      new Uint8Array(8).fill(255),
      "header is too large (byte 0): expected at most 100000000",
    ],
    ["an empty header", fileOf(""), "expected an opening brace, found an empty header"],
    ["another start than a brace", fileOf(" {}"), "expected an opening brace, found byte 32"],
    ["broken JSON", fileOf('{"a":'), "expected a JSON object in UTF-8"],
    [
      "bytes that are not UTF-8",
      Uint8Array.of(4, 0, 0, 0, 0, 0, 0, 0, 123, 34, 255, 125),
      "a JSON object in UTF-8",
    ],
    [
      "a name twice",
      fileOf(`{"a":${entry("U8", [1], 0, 1)},"\\u0061":${entry("U8", [1], 1, 2)}}`, two),
      'expected each name once, found "a" twice',
    ],
    ["metadata that is no table", fileOf('{"__metadata__":[]}'), "expected strings only, found an array"],
    ["metadata of numbers", fileOf('{"__metadata__":{"n":1}}'), 'found another type under "n"'],
    ["an entry that is no object", fileOf('{"a":1}'), 'entry is not an object (tensor "a")'],
    ["an unknown type", fileOf(`{"a":${entry("F8_E4M3", [1], 0, 1)}}`, two), 'found "F8_E4M3". Convert'],
    ["an inherited type", fileOf(`{"a":${entry("toString", [1], 0, 1)}}`, two), "type is not supported"],
    ["a negative size", fileOf(`{"a":${entry("U8", [-1, -2], 0, 2)}}`, two), "shape is not a list of sizes"],
    [
      "a fractional size",
      fileOf(`{"a":${entry("U8", [0.5, 4], 0, 2)}}`, two),
      "shape is not a list of sizes",
    ],
    ["offsets that are no pair", fileOf('{"a":{"dtype":"U8","shape":[1],"data_offsets":[0]}}'), "not a pair"],
    ["end before begin", fileOf(`{"a":${entry("U8", [1], 2, 1)}}`, two), "bytes do not fit U8 [1]"],
    [
      "bytes that are not shape × type",
      fileOf(`{"a":${entry("F32", [1], 0, 2)}}`, two),
      "expected 4, found 2",
    ],
    [
      "sizes whose product overflows",
      fileOf(`{"a":${entry("U8", [2 ** 52, 2 ** 52, 0], 0, 2)}}`, two),
      "bytes do not fit",
    ],
    [
      "an overlap",
      fileOf(`{"a":${entry("U8", [2], 0, 2)},"b":${entry("U8", [1], 1, 2)}}`, two),
      "tensors overlap",
    ],
    ["a hole", fileOf(`{"a":${entry("U8", [1], 1, 2)}}`, two), "hole between tensors"],
    ["offsets out of bounds", fileOf(`{"a":${entry("U8", [9], 0, 9)}}`, two), "truncated (tensor"],
    ["bytes of no tensor", fileOf(`{"a":${entry("U8", [1], 0, 1)}}`, two), "followed by other bytes"],
    ["a BOOL that is 2", fileOf(`{"a":${entry("BOOL", [2], 0, 2)}}`, Uint8Array.of(1, 2)), "element 1"],
  ];
  it.each(cases)("%s", (_, file, message) => {
    expect(() => decodeSafetensors(file, "m.safetensors")).toThrow(FormatError);
    expect(() => decodeSafetensors(file, "m.safetensors")).toThrow(message);
    expect(() => decodeSafetensors(file, "m.safetensors")).toThrow(/^m\.safetensors: /);
  });

  it("any damaged byte of the header with nothing but a FormatError", () => {
    const file = encodeSafetensors(tensors, { a: "b" });
    const header = 8 + Number(new DataView(file.buffer).getBigUint64(0, true));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: header - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const bad = file.slice();
        bad[at]! ^= change;
        try {
          decodeSafetensors(bad);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("to write a shape that does not fit, or the reserved name", () => {
    const data = new Float32Array(3);
    expect(() => encodeSafetensors({ w: { dtype: "F32", shape: [2, 2], data } })).toThrow(
      'tensor "w" of F32 [2, 2] needs 16 bytes, its data has 12.',
    );
    expect(() => encodeSafetensors({ __metadata__: { dtype: "F32", shape: [3], data } })).toThrow("reserved");
  });
});
