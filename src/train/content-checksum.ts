// The checksum that a model or checkpoint carries in its own metadata: over every name, type, shape, element and text,
// so that a flipped bit is found wherever the file goes. Knows nothing of what the tensors mean.
import { crc32 } from "../formats/crc32.ts";
import { encodeSafetensors, type SafeTensor, type SafeTensors } from "../formats/safetensors.ts";

const CHECKSUM = "checksum";

/** "crc32:" and eight hexadecimal digits; the order of names does not count, nor does a checksum already there. */
function checksumOf({ tensors, metadata }: SafeTensors): string {
  const { [CHECKSUM]: _, ...texts } = metadata;
  const byName = <T>(a: readonly [string, T], b: readonly [string, T]): number => (a[0] < b[0] ? -1 : 1);
  const encoder = new TextEncoder();
  let sum = crc32(encoder.encode(JSON.stringify(Object.entries(texts).sort(byName))));
  for (const [name, { dtype, shape, data }] of [...tensors].sort(byName)) {
    sum = crc32(encoder.encode(JSON.stringify([name, dtype, shape])), sum);
    sum = crc32(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), sum);
  }
  return `crc32:${sum.toString(16).padStart(8, "0")}`;
}

/** A safetensors file whose metadata has the checksum of all that is in it. */
export function encodeWithChecksum(
  tensors: Readonly<Record<string, SafeTensor>>,
  metadata: Record<string, string>,
): Uint8Array {
  const content = { tensors: new Map(Object.entries(tensors)), metadata };
  return encodeSafetensors(content.tensors, { ...metadata, [CHECKSUM]: checksumOf(content) });
}

/** The checksum in the file and that of its content where they differ; a file without a checksum is taken as it is. */
export function wrongChecksum(content: SafeTensors): { stated: string; found: string } | undefined {
  const stated = content.metadata[CHECKSUM];
  if (stated === undefined) return undefined;
  const found = checksumOf(content);
  return stated === found ? undefined : { stated, found };
}
