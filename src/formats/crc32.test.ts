// CRC-32 and CRC-32C: published check values, sums of parts, and the sum computed bit by bit.
import fc from "fast-check";
import { expect, it } from "vitest";
import { crc32, crc32c } from "./crc32.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The definition: division by the polynomial, a bit at a time. */
function bitByBit(bytes: Uint8Array, polynomial: number): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ polynomial : sum >>> 1;
  }
  return ~sum >>> 0;
}

it("gives the published values", () => {
  expect(crc32(bytesOf("123456789"))).toBe(0xcbf43926);
  expect(crc32(bytesOf("The quick brown fox jumps over the lazy dog"))).toBe(0x414fa339);
  expect(crc32(new Uint8Array(0))).toBe(0);
  // RFC 3720, B.4.
  expect(crc32c(bytesOf("123456789"))).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
});

it("is the remainder bit by bit, also part by part", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), (bytes, cut) => {
      expect(crc32(bytes)).toBe(bitByBit(bytes, 0xedb88320));
      expect(crc32c(bytes)).toBe(bitByBit(bytes, 0x82f63b78));
      expect(crc32(bytes.subarray(cut), crc32(bytes.subarray(0, cut)))).toBe(crc32(bytes));
    }),
  );
});
