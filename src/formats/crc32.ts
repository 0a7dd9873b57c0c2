// CRC-32 as in gzip and PNG (ISO 3309, polynomial 0xEDB88320, reflected) and CRC-32C as in iSCSI and TFRecord (RFC 3720,
// polynomial 0x82F63B78, reflected), eight bytes at a time by eight tables.
// Knows nothing of what the bytes are.

const WAYS = 8;

/** t[256·k + b]: what byte b makes of the sum when k zero bytes come after it. */
function makeTables(polynomial: number): Uint32Array {
  const tables = new Uint32Array(WAYS * 256);
  for (let byte = 0; byte < 256; byte++) {
    let sum = byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ polynomial : sum >>> 1;
    tables[byte] = sum;
  }
  for (let i = 256; i < tables.length; i++) {
    const before = tables[i - 256]!;
    tables[i] = (before >>> 8) ^ tables[before & 255]!;
  }
  return tables;
}

const [ISO, CASTAGNOLI] = [makeTables(0xedb88320), makeTables(0x82f63b78)];

/** The CRC-32 of the bytes, 0 … 2³² − 1; `before` is that of what came before them, so that parts can be summed in turn. */
export const crc32 = (bytes: Uint8Array, before = 0): number => remainder(ISO, bytes, before);

/** The CRC-32C of the bytes, as `crc32` in all else. */
export const crc32c = (bytes: Uint8Array, before = 0): number => remainder(CASTAGNOLI, bytes, before);

function remainder(t: Uint32Array, bytes: Uint8Array, before: number): number {
  const whole = bytes.length - (bytes.length % WAYS);
  let sum = ~before;
  let i = 0;
  for (; i < whole; i += WAYS) {
    const low = sum ^ (bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24));
    sum =
      t[1792 + (low & 255)]! ^
      t[1536 + ((low >>> 8) & 255)]! ^
      t[1280 + ((low >>> 16) & 255)]! ^
      t[1024 + (low >>> 24)]! ^
      t[768 + bytes[i + 4]!]! ^
      t[512 + bytes[i + 5]!]! ^
      t[256 + bytes[i + 6]!]! ^
      t[bytes[i + 7]!]!;
  }
  for (; i < bytes.length; i++) sum = (sum >>> 8) ^ t[(sum ^ bytes[i]!) & 255]!;
  return ~sum >>> 0;
}
